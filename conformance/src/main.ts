#!/usr/bin/env node
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { describeModule } from './runner/adapter-module.ts'
import { createRunner } from './runner/own-runner.ts'
import { table } from './runner/table.ts'
import type { Notice } from './suite/options.ts'

const USAGE = `Usage: anyfeed-conformance <module> [--only <case>]... [--json] [--output <file>]

Runs the conformance suites on what the module exports: storage, transport, discovery or stack, each the options of its
suite, or a list of them. Exits with 1 when a case fails, and with 2 when there is nothing to run.

  --only <case>    runs this case alone; may be given several times
  --json           prints JSON instead of a table
  --output <file>  writes what is printed into a file as well`

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: 'boolean' },
      json: { type: 'boolean' },
      only: { type: 'string', multiple: true },
      output: { type: 'string' }
    }
  })
  const [module] = positionals
  if (values.help || module === undefined || positionals.length > 1) {
    console.log(USAGE)
    return values.help ? 0 : 2
  }
  const notices: Notice[] = []
  const runner = createRunner()
  const exported = (await import(pathToFileURL(resolve(module)).href)) as object
  describeModule(runner, exported, {
    report: (notice) => notices.push(notice),
    ...(values.only && { only: values.only })
  })
  const results = await runner.run()
  const told = notices.map(({ name, message }) => `notice: ${name}: ${message}\n`).join('')
  const text = values.json ? JSON.stringify({ results, notices }, null, 2) : `${table(results)}\n${told}`.trimEnd()
  console.log(text)
  if (values.output !== undefined) writeFileSync(values.output, `${text}\n`)
  return results.some(({ status }) => status === 'failed') ? 1 : 0
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 2
}
