import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

// What keeps a process alive is what was left open, timers included: nothing else tells of a timer for sure.
it.each(['TCP', 'TLS'])('a process ends by itself once its %s transport is closed', async (kind) => {
  const script = fileURLToPath(new URL('exit.child.ts', import.meta.url))
  const child = spawn(process.execPath, [script, kind], { stdio: ['ignore', 'pipe', 'inherit'] })
  let printed = ''
  child.stdout.on('data', (chunk) => {
    printed += chunk
  })
  const [code] = await once(child, 'close')
  expect([code, printed]).toEqual([0, 'closed\n'])
})
