const KEY = 'anyfeed token'

/** The token with which the server lets this page write, as `anyfeed web` has printed it behind the `#`. */
function token(): string | undefined {
  const given = /^#token=([0-9a-f]+)$/.exec(location.hash)?.[1]
  if (given !== undefined) {
    sessionStorage.setItem(KEY, given)
    // Neither the history nor who copies the address is to have it.
    history.replaceState(null, '', '/')
  }
  return sessionStorage.getItem(KEY) ?? undefined
}

/** Has the server keep copies of feeds; `undefined` when it would not. */
export function serverCopies(): ((id: string) => Promise<void>) | undefined {
  const shown = token()
  if (shown === undefined) return undefined
  return async (id) => {
    const response = await fetch(`/api/feeds/${id}`, { method: 'PUT', headers: { authorization: `Bearer ${shown}` } })
    if (response.ok) return
    const { error } = (await response.json().catch(() => ({}))) as { error?: string }
    throw new Error(`The server keeps no copy: ${error ?? response.status}.`)
  }
}
