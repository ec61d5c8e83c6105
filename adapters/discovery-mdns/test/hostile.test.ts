import { randomBytes } from 'node:crypto'
import { LookupResults } from '@anyfeed/adapter-kit'
import type { OutgoingPacket } from 'multicast-dns'
import { expect, it } from 'vitest'
import { SimulatedClock } from '../../../test/discovery/simulated-clock.ts'
import { mdnsDiscovery } from '../src/index.ts'
import { freshInstanceName, SERVICE, topicName } from '../src/names.ts'
import { Pacer } from '../src/pacer.ts'
import { ANY, type Packet, PTR, TXT } from '../src/packet.ts'
import { Querier } from '../src/querier.ts'
import { Responder } from '../src/responder.ts'
import { encodeAddresses } from '../src/txt.ts'

const name = topicName(new Uint8Array(32))

function setUp(rate = 50) {
  const clock = new SimulatedClock()
  const sent: OutgoingPacket[] = []
  const send = async (packet: OutgoingPacket) => {
    sent.push(packet)
  }
  const wake = () => pacer.wake()
  const querier = new Querier({ clock, maxAddresses: 100, send, wake })
  const responder = new Responder({ clock, ttl: 120, send, wake })
  const pacer = new Pacer(clock, rate, [...responder.lanes, querier.lane])
  return { clock, sent, querier, responder }
}

function lookUp(querier: Querier, topic = name) {
  const results = new LookupResults({ source: 'mdns', limit: 100, onOver: () => querier.leave(topic, results) })
  querier.join(topic, results)
  const found: string[] = []
  const done = (async () => {
    for (;;) {
      const step = await results.next()
      if (step.done) return
      found.push(step.value.address)
    }
  })()
  return { found, done, results }
}

function answer(topic: string, addresses: string[], ttl = 120, instance = freshInstanceName()): Packet {
  const [strings = []] = encodeAddresses(addresses)
  const records = [
    { name: topic, type: PTR, ttl, target: instance },
    { name: instance, type: TXT, ttl, strings }
  ]
  return { response: true, questions: [], records }
}

const ask = (topic: string, type = PTR): Packet => ({
  response: false,
  questions: [{ name: topic, type }],
  records: []
})

it('keeps a bounded number of addresses in a flood, and room for other hosts', async () => {
  const { clock, querier } = setUp()
  const { found } = lookUp(querier)
  for (let i = 0; i < 20_000; i++) querier.onResponse(answer(name, [`/flood/${i}`]), '10.0.0.66')
  querier.onResponse(answer(name, ['/honest']), '10.0.0.1')
  await clock.advance(0)
  expect(found).toHaveLength(26)
  expect(found).toContain('/honest')
})

it('ignores answers to what was never asked, and keeps nothing of them', async () => {
  const { clock, querier } = setUp()
  const { found } = lookUp(querier)
  for (let i = 0; i < 1000; i++) {
    querier.onResponse(answer(topicName(randomBytes(32)), ['/other']), '10.0.0.1')
    querier.onResponse(answer(SERVICE, ['/all']), '10.0.0.1')
    querier.onResponse(answer(name, ['/foreign'], 120, `i${i}._http._tcp.local`), '10.0.0.1')
  }
  await clock.advance(0)
  expect(found).toEqual([])
  expect(querier.topics).toBe(1)
})

it('takes a goodbye from the host that announced alone', async () => {
  const { clock, querier } = setUp()
  const keep = lookUp(querier)
  const instance = freshInstanceName()
  querier.onResponse(answer(name, ['/a'], 120, instance), '10.0.0.1')
  querier.onResponse(answer(name, ['/a'], 0, instance), '10.0.0.2')
  const during = lookUp(querier)
  await clock.advance(0)
  expect(during.found).toEqual(['/a'])
  querier.onResponse(answer(name, ['/a'], 0, instance), '10.0.0.1')
  const after = lookUp(querier)
  await clock.advance(0)
  expect(after.found).toEqual([])
  expect(keep.found).toEqual(['/a'])
})

it('forgets who fell silent after the TTL', async () => {
  const { clock, querier } = setUp()
  lookUp(querier)
  querier.onResponse(answer(name, ['/a'], 60), '10.0.0.1')
  await clock.advance(59_000)
  const before = lookUp(querier)
  await clock.advance(1000)
  const after = lookUp(querier)
  await clock.advance(0)
  expect([before.found, after.found]).toEqual([['/a'], []])
})

it('asks for the topic and nothing else, ever more rarely, and tells which answers it has', async () => {
  const { clock, sent, querier } = setUp()
  const { results } = lookUp(querier)
  const instance = freshInstanceName()
  querier.onResponse(answer(name, ['/a'], 4500, instance), '10.0.0.1')
  await clock.advance(60 * 60 * 1000)
  expect(sent.length).toBeGreaterThan(8)
  expect(sent.length).toBeLessThan(14)
  for (const { questions } of sent) expect(questions).toEqual([{ name, type: 'PTR' }])
  expect(sent[1]?.answers).toEqual([{ name, type: 'PTR', ttl: expect.any(Number), data: instance }])
  results.stop()
  expect(clock.timers).toBe(0)
})

it('answers for what it announces, once in a second, and not to those who have the answer', async () => {
  const { clock, sent, responder } = setUp()
  const publication = responder.publish(name, [Buffer.from('0.0=/a')])
  await clock.advance(10_000)
  expect(sent).toHaveLength(3)
  for (let i = 0; i < 500; i++) {
    responder.onQuery(ask(name))
    responder.onQuery(ask(name, ANY))
    responder.onQuery(ask(publication.instance, TXT))
    responder.onQuery(ask(SERVICE))
    responder.onQuery(ask('_services._dns-sd._udp.local'))
    responder.onQuery(ask(topicName(randomBytes(32))))
    await clock.advance(10)
  }
  // Five seconds of asking.
  expect(sent.length - 3).toBeGreaterThan(3)
  expect(sent.length - 3).toBeLessThan(7)
  await clock.advance(2000)
  sent.length = 0
  const known = { name, type: PTR, ttl: 60, target: publication.instance }
  responder.onQuery({ ...ask(name), records: [known] })
  await clock.advance(2000)
  expect(sent).toHaveLength(0)
  responder.onQuery({ ...ask(name), records: [{ ...known, ttl: 59 }] })
  await clock.advance(2000)
  expect(sent).toHaveLength(1)
  const gone = responder.withdraw(publication)
  await clock.advance(0)
  await gone
  expect(sent[1]?.answers).toEqual([{ name, type: 'PTR', ttl: 0, data: publication.instance }])
  responder.onQuery(ask(name))
  await clock.advance(2000)
  expect(sent).toHaveLength(2)
  expect(clock.timers).toBe(0)
})

it('sends at a bounded rate when thousands are announced, and lookups don’t wait behind them', async () => {
  const { clock, sent, querier, responder } = setUp(50)
  for (let i = 0; i < 5000; i++) responder.publish(topicName(randomBytes(32)), [Buffer.from('0.0=/a')])
  lookUp(querier)
  await clock.advance(1000)
  expect(sent.length).toBeLessThanOrEqual(60)
  expect(sent.slice(0, 5).some(({ type }) => type === 'query')).toBe(true)
  for (let second = 0; second < 20; second++) {
    const before = sent.length
    await clock.advance(1000)
    expect(sent.length - before).toBeLessThanOrEqual(51)
  }
  expect(new Set(sent.flatMap(({ answers = [] }) => answers.map((each) => each.name))).size).toBeGreaterThan(4000)
})

it('spreads the repetition of thousands of questions over time', async () => {
  const { clock, sent, querier } = setUp(100_000)
  for (let i = 0; i < 2000; i++) lookUp(querier, topicName(randomBytes(32)))
  await clock.advance(120_000)
  sent.length = 0
  const perSecond: number[] = []
  for (let second = 0; second < 140; second++) {
    await clock.advance(1000)
    perSecond.push(sent.splice(0).reduce((count, { questions = [] }) => count + questions.length, 0))
  }
  expect(perSecond.reduce((a, b) => a + b)).toBeGreaterThanOrEqual(2000)
  expect(Math.max(...perSecond)).toBeLessThan(400)
}, 120_000)

it('warns once where multicast does not work, fails nothing, and tries again', async () => {
  const clock = new SimulatedClock()
  const warnings: Error[] = []
  // An address that this machine does not have (RFC 5737).
  const there = { interface: '192.0.2.1', bind: '192.0.2.1', port: 45_353 }
  const mdns = mdnsDiscovery({ ...there, clock, onWarning: (warning) => warnings.push(warning) })
  const leave = new AbortController()
  const announced = mdns.announce(new Uint8Array(32), ['/a'], leave)
  const looked = mdns.lookup(new Uint8Array(32), leave)[Symbol.asyncIterator]().next()
  while (warnings.length === 0) await clock.advance(0)
  await clock.advance(300_000)
  expect(warnings).toHaveLength(1)
  expect(warnings[0]).toMatchObject({ code: 'ERR_ADDRESS_UNREACHABLE', cause: expect.any(Error) })
  leave.abort()
  await clock.advance(1000)
  await announced
  expect(await looked).toEqual({ done: true, value: undefined })
  await mdns.close()
  expect(clock.timers).toBe(0)
})
