// Writes the addresses of all modules that were loaded to standard error when the process ends.
import { writeSync } from 'node:fs'
import { registerHooks } from 'node:module'

const urls: string[] = []

registerHooks({
  load(url, context, nextLoad) {
    urls.push(url)
    return nextLoad(url, context)
  }
})

process.on('exit', () => writeSync(2, JSON.stringify(urls)))
