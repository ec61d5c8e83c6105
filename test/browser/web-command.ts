import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../packages/cli/dist/main.js', import.meta.url))

/** A running `anyfeed web` with a store of its own. */
export class WebCommand {
  readonly #child: ChildProcess
  readonly #store = mkdtempSync(join(tmpdir(), 'anyfeed-web-'))
  /** Where the page is, with the token behind it. */
  url = ''
  /** Those of its libp2p node. */
  addresses: string[] = []

  private constructor() {
    const args = [MAIN, 'web', '--port', '0', '--store', this.#store, '--json']
    this.#child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  }

  /** Resolves when the page can be opened. */
  static async start(): Promise<WebCommand> {
    const command = new WebCommand()
    const { stdout } = command.#child
    if (stdout === null) throw new Error('the command has no output')
    for await (const line of createInterface(stdout)) {
      const { event, url, addresses, message } = JSON.parse(line)
      if (event !== 'page') throw new Error(`anyfeed web: ${message}`)
      Object.assign(command, { url, addresses })
      return command
    }
    throw new Error('anyfeed web ended')
  }

  /** The page without the token. */
  get page(): string {
    return this.url.split('#')[0] as string
  }

  get token(): string {
    return this.url.split('#token=')[1] as string
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.kill('SIGINT')
    await ended
    rmSync(this.#store, { recursive: true, force: true })
  }
}
