import { program } from './trusted.ts'

/** Starts the store, unless another tab has, and returns the port that leads to it, which is to be started. */
export function openStore(): MessagePort {
  if (typeof SharedWorker !== 'undefined') return new SharedWorker(program('/store.js'), { name: 'anyfeed' }).port
  const { port1, port2 } = new MessageChannel()
  new Worker(program('/store.js')).postMessage(null, [port2])
  return port1
}
