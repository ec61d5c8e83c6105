import { MAX_EXTENSION_MESSAGE_BYTES, type PeerStream } from '@anyfeed/core'
import { equal } from '../assert/equal.ts'
import { throws } from '../assert/fails.ts'
import { patterned } from '../bytes/seeded.ts'
import { textOf } from '../bytes/text.ts'
import { quote } from '../suite/case.ts'
import { until } from '../wait/until.ts'
import { stackCase } from './stack-case.ts'
import { type PeerOptions, streamOf } from './world.ts'

const having = (...extensions: string[]): PeerOptions => ({ core: { extensions } })

/** Keeps what comes. */
function heard(stream: PeerStream): Array<{ name: string; payload: Uint8Array }> {
  const messages: Array<{ name: string; payload: Uint8Array }> = []
  stream.on('message', (name, payload) => messages.push({ name, payload: new Uint8Array(payload) }))
  return messages
}

/** Messages of one's own. */
export const extensionCases = [
  stackCase(
    'extension.ping-pong',
    'two peers that both use an extension send each other messages by its name',
    quote(
      'api',
      'Hypercore supports sending and receiving custom messages using an extension api.',
      'You can use this to implement various additions to the protocol.',
      'An example extension would be a simple ping / pong messaging scheme',
      'Send an extension message',
      'Set a handler for an extension message.',
      'onmessage should be a function and is called with (messageAsBuffer) when a message for the extension is received.'
    ),
    async (world) => {
      const [a, b] = await world.pair(having('ping'))
      const [near, far] = [streamOf(a, b), streamOf(b, a)]
      const pongs = heard(near)
      far.on('message', (name, payload) => {
        if (name === 'ping' && payload[0] === 0) far.send('ping', Uint8Array.of(1))
      })
      equal(near.send('ping', Uint8Array.of(0)), true, 'what send returned')
      await until(() => pongs.length === 1)
      equal(pongs, [{ name: 'ping', payload: Uint8Array.of(1) }], 'what came back')
    }
  ),
  stackCase(
    'extension.supported-by-both',
    'an extension is supported when both have it; to a peer that lacks it nothing is sent',
    quote(
      'api',
      'Use an extension to the protocol.',
      'extension should be a string containing the name of your extension.',
      'Check if the remote stream supports an extension.',
      'Should be called after handshake has been emitted'
    ).concat(quote('protocol', 'Both sides map by name: an extension is supported when both lists have it.')),
    async (world) => {
      const [a, b] = await world.pair(having('mine', 'ours'), having('ours', 'theirs'))
      const [near, far] = [streamOf(a, b), streamOf(b, a)]
      const messages = heard(far)
      const names = ['mine', 'ours', 'theirs', 'nobody’s']
      equal(
        names.map((name) => near.supports(name)),
        [false, true, false, false],
        'which are supported'
      )
      equal(
        names.map((name) => near.send(name, name)),
        [false, true, false, false],
        'which were sent'
      )
      near.send('ours', 'the last one')
      await until(() => messages.length === 2)
      equal(
        messages.map(({ name, payload }) => [name, textOf(payload)]),
        [
          ['ours', 'ours'],
          ['ours', 'the last one']
        ],
        'what came'
      )
      equal(near.remoteExtensions, ['ours', 'theirs'], 'the names that the remote has')
    }
  ),
  stackCase(
    'extension.order-differs',
    'names find each other, in whatever order each side gave them and whatever else it has',
    quote(
      'protocol',
      "A message of local extension i (its place in the sender's own sorted list) has type 64 + i.",
      '4: repeated string extensions, sorted by code unit'
    ),
    async (world) => {
      const [a, b] = await world.pair(having('z', 'both', 'a', 'Ä'), having('other', 'z', 'both', 'B', 'Ä', 'y'))
      const [near, far] = [streamOf(a, b), streamOf(b, a)]
      const [atNear, atFar] = [heard(near), heard(far)]
      for (const name of ['z', 'both', 'Ä']) {
        equal([near.send(name, `to ${name}`), far.send(name, `back ${name}`)], [true, true], 'what send returned')
      }
      await until(() => atNear.length === 3 && atFar.length === 3)
      const told = (messages: typeof atNear) => messages.map(({ name, payload }) => `${name}: ${textOf(payload)}`)
      equal(told(atFar), ['z: to z', 'both: to both', 'Ä: to Ä'], 'what came')
      equal(told(atNear), ['z: back z', 'both: back both', 'Ä: back Ä'], 'what came back')
    }
  ),
  stackCase(
    'extension.payload-sizes',
    'payloads from 0 bytes up to the limit come whole; a larger one is refused',
    quote('PeerStream.send', 'Throws a `RangeError` for a message that is over the frame limit'),
    async (world) => {
      const [a, b] = await world.pair(having('sizes'))
      const [near, far] = [streamOf(a, b), streamOf(b, a)]
      const messages = heard(far)
      const payloads = [0, 1, 127, 128, 65_536, MAX_EXTENSION_MESSAGE_BYTES].map((size) => patterned(size, size + 1))
      for (const payload of payloads) equal(near.send('sizes', payload), true, 'what send returned')
      const tooLarge = new Uint8Array(MAX_EXTENSION_MESSAGE_BYTES + 1)
      throws(() => near.send('sizes', tooLarge), RangeError, 'send')
      throws(() => near.send('sizes', 5 as never), TypeError, 'send')
      await until(() => messages.length === payloads.length)
      for (const [i, payload] of payloads.entries()) equal(messages[i]?.payload, payload, `payload ${i}`)
    }
  ),
  stackCase(
    'extension.in-order',
    'many messages of several extensions come in the order in which they were sent',
    quote('api', 'Send an extension message'),
    async (world) => {
      const [a, b] = await world.pair(having('one', 'two', 'three'))
      const messages = heard(streamOf(b, a))
      const near = streamOf(a, b)
      const names = ['one', 'two', 'three']
      for (let i = 0; i < 600; i++) near.send(names[(i * 7) % 3] as string, `${i}`)
      await until(() => messages.length === 600)
      for (const [i, { name, payload }] of messages.entries()) {
        equal([name, textOf(payload)], [names[(i * 7) % 3], `${i}`], `message ${i}`)
      }
    }
  ),
  stackCase(
    'extension.added-too-late',
    'an extension cannot be added once a stream was made; a name that cannot be sent is refused',
    quote('Core.use', 'Offers an extension to peers. Throws once a stream was made.'),
    async (world) => {
      const core = await world.core()
      for (const name of ['', 'x'.repeat(256), 5, undefined]) throws(() => core.use(name as never), TypeError, 'use')
      core.use('early')
      core.use('early')
      const stream = core.replicate()
      throws(() => core.use('late'), Error, 'use after a stream was made')
      equal(
        [stream.supports('early'), stream.send('early', 'x')],
        [false, false],
        'supports and send before the handshake'
      )
      stream.destroy()
    }
  )
]
