import { isIPv4 } from 'node:net'
import { isLibp2pAddress } from '@anyfeed/transport-libp2p'
import { tcpTransport } from '@anyfeed/transport-tcp'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { CliError, EXIT } from '../errors.ts'
import {
  BITTORRENT_KEYS,
  type BittorrentKey,
  DISCOVERIES,
  type DiscoveryName,
  type NetworkOptions,
  OWN_DHT,
  TRANSPORTS,
  type TransportName
} from './options.ts'

/** The network's options as commander gives them. */
export interface NetworkFlags {
  readonly transport?: TransportName
  readonly listen?: readonly string[]
  readonly peer?: readonly string[]
  readonly bootstrap?: readonly string[]
  readonly dht: string
  /** `false`: none. */
  readonly discovery?: readonly DiscoveryName[] | false
  readonly interface?: string
  readonly router?: readonly string[]
  readonly bittorrentKey?: BittorrentKey
}

const DEFAULT_DISCOVERIES: readonly DiscoveryName[] = ['kad-dht', 'mdns']

/** The DHTs that have a name. */
const DHTS: Readonly<Record<string, string>> = { ipfs: '/ipfs/kad/1.0.0' }

const tcp = tcpTransport()

/** Adds the options of commands that meet peers. */
export function addPeerOptions(command: Command): Command {
  return addDhtOptions(command)
    .option('-p, --peer <ADDRESS>', 'a peer to connect with; may be given several times', peerAddresses)
    .addOption(new Option('--transport <NAME>', 'how to connect').choices(TRANSPORTS).default('libp2p'))
    .addOption(
      new Option('--discovery <LIST>', `how to find peers, of ${DISCOVERIES.join(',')}`)
        .argParser(discoveryList)
        .default(DEFAULT_DISCOVERIES, DEFAULT_DISCOVERIES.join(','))
    )
    .option('--no-discovery', 'look for no peers: use those that are given')
    .option('--interface <IP>', 'the one local address to use for mdns and bittorrent', interfaceAddress)
    .option('--router <HOST:PORT>', 'a node of the BitTorrent DHT, or `public`; may be given several times', routers)
    .addOption(
      new Option('--bittorrent-key <KIND>', 'what feeds go by in the BitTorrent DHT; peers of 2016 use the id')
        .choices(BITTORRENT_KEYS)
        .default('topic')
    )
}

/** Adds the options of commands that take part in the DHT. */
export function addDhtOptions(command: Command): Command {
  return command
    .optionsGroup('Peers:')
    .option('--listen <ADDRESS>', 'where to listen; may be given several times', listenAddresses)
    .option('--bootstrap <ADDRESS>', 'a node of the DHT to enter it by; may be given several times', nodeAddresses)
    .option('--dht <PROTOCOL>', 'which DHT to be in; `ipfs` is the public one of IPFS', dhtProtocol, OWN_DHT)
}

/** What the flags mean. `listen`: where to listen unless told. Throws a `CliError` for flags that contradict each other. */
export function networkOptions(flags: NetworkFlags, listen: readonly string[]): NetworkOptions {
  const { transport = 'libp2p', peer = [], bootstrap = [], dht, router = [], bittorrentKey = 'topic' } = flags
  const discovery = flags.discovery || []
  if (discovery.includes('bittorrent') && transport !== 'tcp') {
    const message = 'the BitTorrent DHT holds addresses of plain TCP only: add --transport tcp'
    throw new CliError('ERR_USAGE', message, { exitCode: EXIT.usage })
  }
  return {
    transport,
    listen: flags.listen ?? listen,
    peer: [...new Set(peer)],
    bootstrap: [...new Set(bootstrap)],
    dht,
    discovery,
    interface: flags.interface,
    router,
    bittorrentKey
  }
}

const TCP_EXAMPLE = 'An address is written as /ip4/192.0.2.7/tcp/4000 or /dns/example.org/tcp/4000'
const NODE_EXAMPLE = '/ip4/192.0.2.7/tcp/4000/p2p/12D3KooW...'

const peerAddresses = several((value) => {
  if (tcp.handles(value) || isLibp2pAddress(value)) return value
  throw new InvalidArgumentError(`${TCP_EXAMPLE}, or as ${NODE_EXAMPLE}.`)
})

const listenAddresses = several((value) => {
  if (tcp.handles(value)) return value
  throw new InvalidArgumentError(`${TCP_EXAMPLE}.`)
})

const nodeAddresses = several((value) => {
  if (isLibp2pAddress(value)) return value
  throw new InvalidArgumentError(`The address of a node is written as ${NODE_EXAMPLE}.`)
})

const routers = several((value) => {
  if (value === 'public' || /^[^\s:]+:\d{1,5}$/.test(value)) return value
  throw new InvalidArgumentError('A node of the BitTorrent DHT is written as HOST:PORT.')
})

function dhtProtocol(value: string): string {
  const protocol = DHTS[value] ?? value
  if (/^\/[\x21-\x7e]+$/.test(protocol)) return protocol
  throw new InvalidArgumentError(`The protocol of a DHT is written as ${OWN_DHT}.`)
}

function discoveryList(value: string): DiscoveryName[] {
  return [...new Set(value.split(','))].map((name) => {
    const known = DISCOVERIES.find((each) => each === name)
    if (known !== undefined) return known
    throw new InvalidArgumentError(
      `Peers are found by ${DISCOVERIES.join(', ')}, or several of them with commas between.`
    )
  })
}

function interfaceAddress(value: string): string {
  if (isIPv4(value)) return value
  throw new InvalidArgumentError('It must be an IPv4 address of this machine, such as 192.168.1.2.')
}

/** An option that may be given several times. */
function several<T>(parse: (value: string) => T): (value: string, before?: readonly T[]) => T[] {
  return (value, before = []) => [...before, parse(value)]
}
