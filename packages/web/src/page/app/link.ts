/** What a link or an id stands for. */
export interface Target {
  readonly id: string
  readonly name: string
}

/** A link to a feed: id and name are behind the `#`, so that no server is told of them. */
export function linkTo({ id, name }: Target): string {
  return `${location.origin}/#${id}/${encodeURIComponent(name)}`
}

/** Reads an id or a link; `undefined` for what is neither. */
export function targetOf(text: string): Target | undefined {
  const [, id, name] = /(?:^|#)([0-9a-fA-F]{64})(?:\/([^#]*))?$/.exec(text.trim()) ?? []
  if (id === undefined) return undefined
  return { id: id.toLowerCase(), name: nameOf(name) ?? `anyfeed-${id.slice(0, 12).toLowerCase()}` }
}

/** A file name, and nothing that leads to another folder. */
function nameOf(encoded: string | undefined): string | undefined {
  try {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a name has none
    const name = decodeURIComponent(encoded ?? '').replace(/[\u0000-\u001f/\\:]/g, '_')
    return name === '' || /^\.+$/.test(name) ? undefined : name.slice(0, 200)
  } catch {
    return undefined
  }
}
