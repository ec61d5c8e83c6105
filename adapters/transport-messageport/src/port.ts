/** What this package needs of a MessagePort, or of what is like one: a Worker, the global scope of a worker, ... */
export interface AttachedPort {
  postMessage(message: unknown, transfer: never[]): void
  addEventListener(type: 'message' | 'close', listener: (event: Event) => void): void
  removeEventListener(type: 'message' | 'close', listener: (event: Event) => void): void
  /** MessagePorts hold their messages back until then. */
  start?(): void
}

/** One end of a channel of our own. */
export interface Port extends AttachedPort {
  start(): void
  close(): void
}

/** Posts a message; `transfer` goes over with it. */
export function post(port: AttachedPort, message: unknown, transfer: readonly unknown[] = []): void {
  port.postMessage(message, transfer as never[])
}

/** Calls `onMessage` with each message and `onClose` when the other end is gone. Returns how to stop that. */
export function watch(port: AttachedPort, onMessage: (message: unknown) => void, onClose: () => void): () => void {
  const message = (event: Event) => onMessage((event as Event & { readonly data: unknown }).data)
  port.addEventListener('message', message)
  port.addEventListener('close', onClose)
  port.start?.()
  return () => {
    port.removeEventListener('message', message)
    port.removeEventListener('close', onClose)
  }
}

/** Whether a value that came over is a port. */
export function isPort(value: unknown): value is Port {
  return hasMethods(value, ['postMessage', 'addEventListener', 'removeEventListener', 'start', 'close'])
}

function hasMethods(value: unknown, names: readonly string[]): boolean {
  if (typeof value !== 'object' || value === null) return false
  return names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function')
}
