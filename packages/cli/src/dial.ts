import { setTimeout as sleep } from 'node:timers/promises'
import type { Core } from '@anyfeed/core'
import { ClosedError, type Connection, type Transport } from '@anyfeed/interfaces'
import { backoff } from './backoff.ts'
import { replicate } from './replicate.ts'

/** How it stands with a peer that is dialled. `retryMs`: the next try comes after so many milliseconds. */
export type DialState =
  | { readonly state: 'dialing' }
  | { readonly state: 'connected' }
  | { readonly state: 'failed' | 'left'; readonly error: Error; readonly retryMs: number }

export interface DialOptions {
  readonly core: Core
  readonly transport: Transport
  readonly signal: AbortSignal
  onState(state: DialState): void
}

/** Stays connected with a peer: dials again with back-off whenever there is no connection, until the signal fires. */
export async function keepDialing(address: string, options: DialOptions): Promise<void> {
  const { core, transport, signal, onState } = options
  let failures = 0
  while (!signal.aborted) {
    let met = false
    let error: Error | undefined
    onState({ state: 'dialing' })
    try {
      const connection = await transport.dial(address, { signal })
      error = await withAbort(connection, signal, () =>
        replicate(core, connection, () => {
          met = true
          failures = 0
          onState({ state: 'connected' })
        })
      )
    } catch (reason) {
      error = reason as Error
    }
    if (signal.aborted) return
    const retryMs = backoff(++failures)
    error ??= new ClosedError('the peer hung up')
    onState({ state: met ? 'left' : 'failed', error, retryMs })
    await sleep(retryMs, undefined, { signal }).catch(() => {})
  }
}

async function withAbort<T>(connection: Connection, signal: AbortSignal, run: () => Promise<T>): Promise<T> {
  const abort = () => connection.abort(new ClosedError('the command is over'))
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await run()
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
