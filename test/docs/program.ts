import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** A folder for programs to run in, which sees the packages of this tree as if they had been installed there. */
export class ProgramFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'anyfeed-docs-'))

  constructor() {
    // A junction is what Windows lets everybody make; elsewhere the type is ignored.
    symlinkSync(join(root, 'node_modules'), join(this.path, 'node_modules'), 'junction')
  }

  /** Writes a program into the folder and returns its path. */
  write(name: string, text: string): string {
    const file = join(this.path, name)
    writeFileSync(file, text)
    return file
  }

  /** Runs a program here, on this very Node; resolves with what it printed, and rejects unless it exits with 0. */
  run(file: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [file], { cwd: this.path, stdio: ['ignore', 'pipe', 'pipe'] })
      let stdout = ''
      let stderr = ''
      child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text))
      child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text))
      const tooLong = setTimeout(() => child.kill('SIGKILL'), 45_000)
      child.on('error', reject)
      child.on('close', (code, signal) => {
        clearTimeout(tooLong)
        if (code === 0) resolve(stdout)
        else reject(new Error(`${file} ended with ${signal ?? code}\n${stdout}${stderr}`))
      })
    })
  }

  remove(): void {
    // Not `recursive` through the link: rmSync takes the link itself away.
    rmSync(this.path, { recursive: true, force: true })
  }
}
