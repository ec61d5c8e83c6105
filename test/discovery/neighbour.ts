// Another process: announces what it is told to, looks for what it is told to, says what it found, and leaves when its
// standard input ends. It runs on the build.
import { text } from 'node:stream/consumers'
import type { Discovery } from '@anyfeed/interfaces'

const [kind = '', options = '{}', topics = '[]', addresses = '[]'] = process.argv.slice(2)

async function discovery(): Promise<Discovery> {
  if (kind === 'mdns') return (await import('@anyfeed/discovery-mdns')).mdnsDiscovery(JSON.parse(options))
  return (await import('@anyfeed/discovery-bittorrent')).bittorrentDiscovery(JSON.parse(options))
}

const own = await discovery()
const leave = new AbortController()
const [announced, sought] = (JSON.parse(topics) as string[]).map((topic) => Buffer.from(topic, 'hex'))
const announcing = announced && own.announce(announced, JSON.parse(addresses), leave)

let found = 0
while (sought && found === 0) {
  for await (const { address } of own.lookup(sought, leave)) {
    found++
    process.stdout.write(`${address}\n`)
    break
  }
}
await text(process.stdin)
leave.abort()
await announcing
// Nothing else ends this process: what stays open would keep it.
await own.close()
