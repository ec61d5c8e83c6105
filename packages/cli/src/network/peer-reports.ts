import type { Dial, FailedDial, Swarm, SwarmPeer } from '@anyfeed/swarm'
import { codeOf } from '../errors.ts'
import type { PeerEvent } from '../output/events.ts'
import type { Reporter } from '../output/reporter.ts'
import { peerReason } from '../peer-reason.ts'

/** What is to be added to each report of a peer. */
export type PeerExtras = () => Pick<PeerEvent, 'sentBlocks' | 'sentBytes'>

/** Reports each peer that is dialled, comes, fails or goes, until the function that it returns is called. */
export function reportPeers(swarm: Swarm, report: Reporter, extras: PeerExtras = () => ({})): () => void {
  /** How those that are connected were found: when they leave, it is forgotten. */
  const foundBy = new WeakMap<SwarmPeer, readonly string[]>()
  const tell = (state: PeerEvent['state'], rest: Omit<PeerEvent, 'event' | 'state' | 'peers'>) =>
    report.report({ event: 'peer', state, peers: swarm.peers.length, ...rest, ...extras() })
  const onDial = (dial: Dial) => tell('dialing', whom(dial, dial.discoveries))
  const onFailed = ({ error, retryMs, ...dial }: FailedDial) => {
    const retry = retryMs === undefined ? {} : { retryMs: Math.round(retryMs) }
    tell('failed', { ...whom(dial, dial.discoveries), reason: peerReason(error), code: codeOf(error), ...retry })
  }
  const onPeer = (peer: SwarmPeer) => {
    foundBy.set(peer, peer.discoveries)
    tell('connected', whom(peer, peer.discoveries))
  }
  const onEnd = (peer: SwarmPeer, error: Error | undefined) => {
    // A peer that goes without a good-bye is nothing out of the ordinary.
    const wrong = error !== undefined && ['ERR_PROTOCOL', 'ERR_VERIFICATION'].includes(codeOf(error))
    const reason = wrong ? { reason: error.message, code: codeOf(error) } : {}
    tell('left', { ...whom(peer, foundBy.get(peer) ?? []), ...reason })
  }
  swarm.on('dial', onDial).on('dial-failed', onFailed).on('peer', onPeer).on('peer-end', onEnd)
  return () => {
    swarm.off('dial', onDial).off('dial-failed', onFailed).off('peer', onPeer).off('peer-end', onEnd)
  }
}

function whom(
  { address, transport }: Dial | SwarmPeer,
  foundBy: readonly string[]
): Pick<PeerEvent, 'address' | 'transport' | 'foundBy'> {
  return { address, transport, foundBy }
}
