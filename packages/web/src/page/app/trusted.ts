interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string }
}

const OWN = ['/store.js', '/save.js']

/** The programs that this page may start. Browsers with Trusted Types start no others. */
const policy = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes?.createPolicy('anyfeed', {
  createScriptURL(url) {
    if (OWN.includes(url)) return url
    throw new TypeError(`${url} is no program of this page`)
  }
})

/** The address of a program of this page, in the form in which it can be started. */
export function program(url: '/store.js' | '/save.js'): string {
  return policy?.createScriptURL(url) ?? url
}
