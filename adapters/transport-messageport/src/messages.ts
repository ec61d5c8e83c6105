import { isPort, type Port } from './port.ts'

/**
 * What passes between attached ports. The key `anyfeed` tells it from what else may pass there. `seek` asks who has a
 * name, `found` answers, `dial` hands over one end of a new connection.
 */
export type Introduction =
  | { readonly anyfeed: 'seek'; readonly name: string; readonly asked: number; readonly introduced: boolean }
  | { readonly anyfeed: 'found'; readonly asked: number; readonly here: boolean }
  | { readonly anyfeed: 'dial'; readonly name: string; readonly from: string; readonly port: Port }

/**
 * What passes on the port of a connection, beside the bytes, which are `Uint8Array`s: `open` is the first word of the
 * side that was dialled and states its window, `refused` its only one; then `opened` of the dialler states his. `read`
 * gives back that many bytes of the window, `end` says that no more bytes come, `abort` that all is over. `bye` follows
 * when both directions have ended: the other side has received everything, and the port may be closed.
 */
export type Control =
  | { readonly open: number }
  | { readonly refused: true }
  | { readonly opened: number }
  | { readonly read: number }
  | { readonly end: true }
  | { readonly abort: string }
  | { readonly bye: true }

/** Reads a message of an attached port; `undefined` for one that is not ours. */
export function introductionOf(message: unknown): Introduction | undefined {
  if (typeof message !== 'object' || message === null) return undefined
  const { anyfeed, name, asked, introduced, here, from, port } = message as Record<string, unknown>
  if (anyfeed === 'seek' && isName(name) && isCount(asked) && typeof introduced === 'boolean') {
    return { anyfeed, name, asked, introduced }
  }
  if (anyfeed === 'found' && isCount(asked) && typeof here === 'boolean') return { anyfeed, asked, here }
  if (anyfeed === 'dial' && isName(name) && isName(from) && isPort(port)) return { anyfeed, name, from, port }
  return undefined
}

/** A whole number above zero, of the one key that a control message has; `undefined` when it is none. */
export function amountOf(message: unknown, key: 'open' | 'opened' | 'read'): number | undefined {
  const value = (message as Record<string, unknown> | null)?.[key]
  return isCount(value) && value > 0 ? value : undefined
}

/** A name of a listener: free of slashes, so that an address has exactly two parts, and short. */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && /^[^/]{1,128}$/.test(value)
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
