// The main job on a real file, over libp2p: one process lets the others find each other, one shares the file, one knows
// no more than its id and the first one's address, fetches it, is killed half-way and started again.
// `npm run demo [-- FILE]`; ends with 0 only if all held.
import { createHash } from 'node:crypto'
import { createReadStream, existsSync, realpathSync } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { CommandLine, type JsonEvent, MAIN } from './command-line.ts'

const MIB = 1024 * 1024
/** Nothing leaves this machine. */
const LOOPBACK = ['--listen', '/ip4/127.0.0.1/tcp/0']

/** The file to share: the one that was named, or the Node that runs this, which is over 100 MB. */
const file = realpathSync(process.argv[2] ?? process.execPath)

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

function say(text: string): void {
  console.log(text)
}

function mib(bytes: number): string {
  return `${(bytes / MIB).toFixed(1)} MiB`
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(`this did not hold: ${what}`)
  say(`  ✓ ${what}`)
}

function number(event: JsonEvent, member: string): number {
  const value = event[member]
  if (typeof value !== 'number') throw new Error(`an event \`${event.event}\` without ${member}`)
  return value
}

function rate(bytes: number, since: number): string {
  const seconds = (performance.now() - since) / 1000
  return `${seconds.toFixed(2)} s, ${(bytes / MIB / seconds).toFixed(0)} MiB/s`
}

const connected = (event: JsonEvent) => event.event === 'peer' && event.state === 'connected'
const left = (event: JsonEvent) => event.event === 'peer' && event.state === 'left'

async function demo(folder: string, started: (process: CommandLine) => CommandLine): Promise<void> {
  const { size } = await stat(file)
  say(`${file}, ${mib(size)}`)

  say('\n1. One process is a node of a DHT (kad-dht) on 127.0.0.1, in which the others are to find each other')
  const node = started(new CommandLine(['node', '--store', join(folder, 'dht'), ...LOOPBACK]))
  const [bootstrap = ''] = (await node.until(({ event }) => event === 'listening')).addresses as string[]
  const network = ['--bootstrap', bootstrap, '--discovery', 'kad-dht']
  say(`  ${bootstrap}`)

  say('\n2. One adds the file to a store on disk (classic-level), and serves it over libp2p (TCP, noise, yamux)')
  let began = performance.now()
  const share = ['share', file, '--store', join(folder, 'shared'), ...LOOPBACK, ...network]
  const sharer = started(new CommandLine(share))
  const sharing = await sharer.until(({ event }) => event === 'sharing')
  const id = String(sharing.id)
  const blocks = number(sharing, 'blocks')
  say(`  ${blocks} blocks in ${rate(size, began)}\n  id ${id}`)

  say('\n3. One that knows the id and the address of the node fetches it, and is killed half-way (SIGKILL)')
  const copy = join(folder, `copy of ${basename(file)}`)
  const get = ['get', id, ...network, '--store', join(folder, 'fetched'), '-o', copy]
  began = performance.now()
  const killed = started(new CommandLine(get))
  const { foundBy, address } = await killed.until(connected)
  const found = performance.now()
  check(
    String(foundBy) === 'kad-dht',
    `it found the other in the DHT, ${((found - began) / 1000).toFixed(2)} s after its start`
  )
  check((sharing.addresses as string[]).includes(String(address)), `that is ${address}`)
  const halfway = ({ event, blocks: here }: JsonEvent) => event === 'done' || (event === 'progress' && half(here))
  const half = (here: unknown) => typeof here === 'number' && here >= blocks / 2
  const last = await killed.until(halfway)
  const { signal } = await killed.end('SIGKILL')
  if (last.event === 'done' || signal !== 'SIGKILL') {
    throw new Error('the fetch was over before it could be killed: the file is too small for this')
  }
  say(`  ${number(last, 'blocks')} of ${blocks} blocks in ${rate(number(last, 'bytes'), found)}`)
  check(!existsSync(copy), 'there is no file that only looks complete')
  const sentBefore = number(await sharer.until(left), 'sentBlocks')

  say('\n4. It is started again')
  began = performance.now()
  const resumed = started(new CommandLine(get))
  const done = await resumed.until(({ event }) => event === 'done')
  const time = rate(size, began)
  const { code } = await resumed.ended()
  const here = number(done, 'resumed')
  const fetched = number(done, 'fetched')
  say(`  ${fetched} blocks fetched, ${here} were here, all ${mib(size)} written in ${time}`)
  const sent = number(await sharer.until(left), 'sentBlocks') - sentBefore
  check(code === 0, 'it ended well')
  check(here >= number(last, 'blocks'), 'every block that was stored when it was killed was kept')
  check(here + fetched === blocks, 'none of them was fetched again')
  check(sent === fetched, `the sharer sent those ${sent} blocks and no others`)
  const [sum, copySum] = [await sha256(file), await sha256(copy)]
  check(sum === copySum, `both files have the SHA-256 ${sum}`)

  say('\n5. The others are stopped')
  const ends = await Promise.all([sharer.end('SIGINT'), node.end('SIGINT')])
  // Windows has no SIGINT for other processes: they are simply ended.
  if (process.platform !== 'win32')
    check(
      ends.every((end) => end.code === 0),
      'they ended well'
    )
}

if (!existsSync(MAIN)) throw new Error('the command line is not built: run `npm install` or `npm run build` first')

const folder = await mkdtemp(join(tmpdir(), 'anyfeed-demo-'))
const processes: CommandLine[] = []
try {
  await demo(folder, (process) => {
    processes.push(process)
    return process
  })
  say('\nAll held.')
} catch (error) {
  console.error(`\n${(error as Error).message}`)
  process.exitCode = 1
} finally {
  await Promise.all(processes.map((each) => each.end('SIGKILL')))
  await rm(folder, { recursive: true, force: true })
}
