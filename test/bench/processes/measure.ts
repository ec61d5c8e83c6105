import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { message } from './message.ts'
import { LOOPBACK_ALONE } from './namespace.ts'
import type { Task } from './task.ts'

const stage = fileURLToPath(new URL('stage.child.ts', import.meta.url))

/** Milliseconds after which a measurement that has not come to an end is given up. */
const DEADLINE = 30 * 60 * 1000

/** What is kept of what the processes complain of. */
const MOST_COMPLAINT = 10_000

export interface MeasureOptions {
  /** Whether it runs where there is no network but loopback. */
  readonly isolated: boolean
  /** What is done: the work itself, or what is done once before the first round. */
  readonly role?: 'run' | 'prepare'
}

/** Runs one program once, in fresh processes; resolves with what its `run` resolved with. */
export async function measure(task: Task, { isolated, role = 'run' }: MeasureOptions): Promise<number> {
  const [command = '', ...args] = [
    ...(isolated ? LOOPBACK_ALONE : []),
    process.execPath,
    stage,
    JSON.stringify(task),
    role
  ]
  // All temporary folders of its processes are in here: those that are killed cannot clean up.
  const scratch = mkdtempSync(join(tmpdir(), 'anyfeed-bench-'))
  const child = spawn(command, args, {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, TMPDIR: scratch }
  })
  let complaint = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-MOST_COMPLAINT)
  })
  const closed = new Promise((resolve) => child.once('close', resolve))
  const timer = setTimeout(() => child.kill(), DEADLINE)
  try {
    return Number(await message(child))
  } catch (error) {
    await closed
    throw new Error(`${task.who} failed at ${task.work}: ${reasonOf(complaint) ?? (error as Error).message}`, {
      cause: complaint
    })
  } finally {
    clearTimeout(timer)
    // The pipe of complaints closes with the last process that holds it.
    await closed
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** The first line of a complaint that names an error: the rest is where it came from, or what it brought about. */
function reasonOf(complaint: string): string | undefined {
  return /^\S*Error\b.*$/m.exec(complaint)?.[0]
}
