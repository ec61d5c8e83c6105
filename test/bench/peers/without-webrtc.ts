import { registerHooks } from 'node:module'

/** Modules of a WebRTC binary that is not installed, since nothing here uses WebRTC, and the names they export. */
const ABSENT: Readonly<Record<string, readonly string[]>> = {
  'webrtc-polyfill': ['RTCPeerConnection', 'RTCSessionDescription', 'RTCIceCandidate'],
  'node-datachannel': ['PeerConnection', 'IceUdpMuxListener'],
  'node-datachannel/polyfill': ['RTCPeerConnection', 'RTCSessionDescription', 'RTCIceCandidate']
}

/** Lets modules be loaded that would load WebRTC: they get classes of which nothing can be made. */
export function withoutWebrtc(): void {
  registerHooks({
    resolve(specifier, context, next) {
      const names = ABSENT[specifier]
      if (names === undefined) return next(specifier, context)
      const source = names.map((name) => `export class ${name} { constructor () { throw new Error('no WebRTC') } }`)
      return {
        url: `data:text/javascript,${encodeURIComponent(source.join('\n'))}`,
        format: 'module',
        shortCircuit: true
      }
    }
  })
}
