import { equal } from '../../assert/equal.ts'
import { ok } from '../../assert/ok.ts'
import { atRest, until } from '../../wait/until.ts'
import { stackCase } from '../stack-case.ts'
import { protocol, sharing, wanting } from './parties.ts'
import { fieldOf } from './protobuf.ts'
import { blocksOf, nothing, rangeAnswer } from './ranges.ts'
import { PAUSE, RANGE_CANCEL, RANGE_REQUEST, RANGE_RESPONSE, RESPONSE, UNPAUSE, type WirePeer } from './wire-peer.ts'

/** Asking for ranges, and taking that back, from the side of a peer of version 1 that was written anew from the rules. */
export const rangeCases = [
  stackCase(
    'wire.range-request',
    'a peer of version 1 gets what it asked for by ranges, in ascending order, with one last answer for each',
    protocol(
      '9 | RangeRequest | 1: channel; 2: id; 3: start; 4: count; 5: optional top',
      'It is answered by one RangeResponse or more with the same `id`.',
      'The last answer has `last` set to 1; when there is nothing (more) to send, it has no blocks.'
    ),
    async (world) => {
      const { peer, id, tree } = await sharing(world, 50)
      const wire = await world.wirePeer(peer, { version: 1 })
      wire.privateJoin(id)
      await wire.expect(UNPAUSE)
      ask(wire, 7, 3, 40)
      ask(wire, 8, 0, 1)
      ask(wire, 9, 50, 5)
      await until(() => [7, 8, 9].every((request) => isOver(wire, request)) || wire.over)
      equal(blocksFor(wire, 7), [...tree.blocks.entries()].slice(3, 43), 'the blocks of a range')
      equal(blocksFor(wire, 8), [[0, tree.blocks[0]]], 'the first block')
      equal(blocksFor(wire, 9), [], 'the blocks past the end')
      equal(wire.of(RESPONSE).length, 0, 'the number of answers of version 0')
    }
  ),
  stackCase(
    'wire.range-cancel',
    'what is not to be fetched now is taken back from a peer of version 1 by RangeCancel, and a late answer does no harm',
    protocol(
      '11 | RangeCancel | 1: channel; 2: id; 3: start; 4: count',
      'A RangeCancel takes back those of the blocks from `start` on, `count` of them, that were asked for under this `id` and not sent.',
      'Between peers of version 1 blocks are asked for by ranges.',
      'it is taken if it is still of use, and passed over otherwise'
    ),
    async (world) => {
      const { wire, tree, feed, all } = await wanting(world, 6, { version: 1 })
      wire.offer(tree.id, all)
      let given = 0
      const wants = [1, 2, 3].map(async (block) => {
        equal(await feed.get(block), tree.blocks[block], `block ${block}`)
        given++
      })
      for (const want of wants) want.catch(() => {})
      const wanted = () => wire.of(RANGE_REQUEST).flatMap(({ fields }) => numbers(fields))
      await until(() => [1, 2, 3].every((block) => wanted().includes(block)) || wire.over)
      const asked = wire.of(RANGE_REQUEST)
      feed.pause('fetch')
      const takenBack = () => wire.of(RANGE_CANCEL).flatMap(({ fields }) => numbers(fields))
      await until(() => [1, 2, 3].every((block) => takenBack().includes(block)) || wire.over)
      const ids = asked.map(({ fields }) => fieldOf(fields, 2))
      for (const { fields } of wire.of(RANGE_CANCEL)) ok(ids.includes(fieldOf(fields, 2)), 'nothing was asked for so')
      // They were under way already.
      for (const { fields } of asked) wire.send(RANGE_RESPONSE, rangeAnswer(tree, fields))
      feed.resume('fetch')
      let answered = asked.length
      await until(() => {
        for (const { fields } of wire.of(RANGE_REQUEST).slice(answered)) {
          wire.send(RANGE_RESPONSE, rangeAnswer(tree, fields))
          answered++
        }
        return given === 3 || wire.over
      })
      equal(wire.over, false, 'whether the stream has ended')
      await Promise.all(wants)
    }
  ),
  stackCase(
    'wire.range-cancel.is-heeded',
    'a peer of version 1 that takes a range back gets its last answer, once, and whatever it asks for next',
    protocol(
      'It may come too late, in whole or in part. If nothing is left, the last answer follows at once.',
      'Every request gets its last answer, also one that is not granted, was taken back'
    ),
    async (world) => {
      const { peer, id, tree } = await sharing(world, 300)
      const wire = await world.wirePeer(peer, { version: 1 })
      wire.privateJoin(id)
      await wire.expect(UNPAUSE)
      ask(wire, 1, 0, 300)
      cancel(wire, 1, 0, 300)
      // A part of one, and one that is over.
      ask(wire, 2, 100, 100)
      cancel(wire, 2, 150, 50)
      cancel(wire, 1, 0, 300)
      ask(wire, 3, 5, 1)
      await until(() => [1, 2, 3].every((request) => isOver(wire, request)) || wire.over)
      equal(wire.over, false, 'whether the stream has ended')
      for (const request of [1, 2, 3]) {
        equal(lastAnswers(wire, request), 1, `the number of last answers to request ${request}`)
        for (const [index, data] of blocksFor(wire, request)) equal(data, tree.blocks[index], `block ${index}`)
      }
      const second = blocksFor(wire, 2).map(([index]) => index)
      equal(
        second.slice(0, 50),
        Array.from({ length: 50 }, (_, i) => 100 + i),
        'what was not taken back'
      )
      equal(blocksFor(wire, 3), [[5, tree.blocks[5]]], 'what was asked for next')
    }
  ),
  stackCase(
    'wire.range-request.paused',
    'a Pause ends each range request that waits, and each that comes until the Unpause, by one last answer',
    protocol(
      'A side that sends a Pause ends each range request that waits with a last answer',
      'or waits while the asker is paused'
    ),
    async (world) => {
      const { peer, id, feed, tree } = await sharing(world, 300)
      const wire = await world.wirePeer(peer, { version: 1 })
      wire.privateJoin(id)
      await wire.expect(UNPAUSE)
      const sent: number[] = []
      feed.on('upload', (index) => {
        sent.push(index)
        feed.pause('serve')
      })
      const requests = [1, 2, 3, 4, 5]
      for (const request of requests) ask(wire, request, 0, 300)
      await until(() => requests.every((request) => isOver(wire, request)) || wire.over)
      await wire.expect(PAUSE)
      ask(wire, 6, 0, 300)
      await until(() => isOver(wire, 6) || wire.over)
      const came = requests.flatMap((request) => blocksFor(wire, request).map(([index]) => index))
      equal(came, sent, 'what came before the Pause')
      equal(blocksFor(wire, 6), [], 'what came behind it')
      feed.resume('serve')
      await wire.expect(UNPAUSE, 2)
      ask(wire, 7, 299, 1)
      await until(() => isOver(wire, 7) || wire.over)
      equal(blocksFor(wire, 7), [[299, tree.blocks[299]]], 'what came behind the Unpause')
      for (const request of [...requests, 6, 7]) equal(lastAnswers(wire, request), 1, 'the number of last answers')
      equal(wire.over, false, 'whether the stream has ended')
    }
  ),
  stackCase(
    'wire.range-request.across-pause',
    'what was asked for by range is asked for again after a Pause if its last answer has come, and else awaited',
    protocol('So the asker knows of each request whether it is still to be answered'),
    async (world) => {
      const { wire, tree, feed, all } = await wanting(world, 6, { version: 1 })
      const got = feed.get(1)
      got.catch(() => {})
      wire.offer(tree.id, all)
      const [first] = await wire.expect(RANGE_REQUEST)
      wire.send(PAUSE, [[1, 0]])
      wire.send(RANGE_RESPONSE, nothing(first!.fields))
      equal(await atRest(() => wire.of(RANGE_REQUEST).length), 1, 'the number of requests while paused')
      wire.send(UNPAUSE, [[1, 0]])
      const [, second] = await wire.expect(RANGE_REQUEST, 2)
      equal(numbers(second!.fields), numbers(first!.fields), 'what is asked for again')
      // This one was not there yet when the peer paused.
      wire.send(PAUSE, [[1, 0]])
      wire.send(UNPAUSE, [[1, 0]])
      equal(await atRest(() => wire.of(RANGE_REQUEST).length), 2, 'the number of requests')
      wire.send(RANGE_RESPONSE, rangeAnswer(tree, second!.fields))
      equal(await got, tree.blocks[1], 'the block')
      equal(wire.over, false, 'whether the stream has ended')
    }
  )
]

type Fields = Parameters<typeof fieldOf>[0]

function ask(wire: WirePeer, id: number, start: number, count: number): void {
  wire.send(RANGE_REQUEST, [
    [1, 0],
    [2, id],
    [3, start],
    [4, count]
  ])
}

function cancel(wire: WirePeer, id: number, start: number, count: number): void {
  wire.send(RANGE_CANCEL, [
    [1, 0],
    [2, id],
    [3, start],
    [4, count]
  ])
}

/** The blocks that a RangeRequest or a RangeCancel names. */
function numbers(fields: Fields): number[] {
  const start = fieldOf(fields, 3) as number
  return Array.from({ length: fieldOf(fields, 4) as number }, (_, i) => start + i)
}

function answersTo(wire: WirePeer, request: number) {
  return wire.of(RANGE_RESPONSE).filter(({ fields }) => fieldOf(fields, 2) === request)
}

function lastAnswers(wire: WirePeer, request: number): number {
  return answersTo(wire, request).filter(({ fields }) => fieldOf(fields, 6) === 1).length
}

function isOver(wire: WirePeer, request: number): boolean {
  return lastAnswers(wire, request) > 0
}

/** What came for a request, in the order in which it came. */
function blocksFor(wire: WirePeer, request: number): Array<[index: number, data: Uint8Array]> {
  return answersTo(wire, request).flatMap(({ fields }) => blocksOf(fields))
}
