import { createMemoryRendezvous, memoryDiscovery } from '@anyfeed/discovery-memory'
import { expect, it } from 'vitest'

const topic = new Uint8Array(32)
const never = new AbortController().signal

it('tells addresses in the order in which they were announced, and knows everyone at once', async () => {
  const rendezvous = createMemoryRendezvous()
  const announcer = memoryDiscovery(rendezvous)
  announcer.announce(topic, ['/memory/b', '/memory/a'], { signal: never })
  const lookup = memoryDiscovery(rendezvous).lookup(topic, { signal: never })[Symbol.asyncIterator]()
  announcer.announce(topic, ['/memory/c', '/memory/a'], { signal: never })
  const steps = await Promise.all([lookup.next(), lookup.next(), lookup.next()])
  expect(steps.map(({ value }) => value.address)).toEqual(['/memory/b', '/memory/a', '/memory/c'])
})

it('takes back what nobody has read, within the call that fires the signal', async () => {
  const rendezvous = createMemoryRendezvous()
  const discovery = memoryDiscovery(rendezvous)
  const leave = new AbortController()
  discovery.announce(topic, ['/memory/a', '/memory/b'], leave)
  discovery.announce(topic, ['/memory/b'], { signal: never })
  const lookup = discovery.lookup(topic, { signal: never })[Symbol.asyncIterator]()
  leave.abort()
  expect(await lookup.next()).toMatchObject({ value: { address: '/memory/b' } })
})

it('keeps rendezvous apart, and nothing of those who have left', async () => {
  const [one, other] = [createMemoryRendezvous(), createMemoryRendezvous()]
  const [here, there] = [memoryDiscovery(one), memoryDiscovery(other)]
  const stays = memoryDiscovery(one)
  here.announce(topic, [], { signal: never })
  here.announce(topic, ['/memory/a'], { signal: never })
  const looked = there.lookup(topic, { signal: never })[Symbol.asyncIterator]().next()
  stays.announce(topic, ['/memory/stays'], { signal: never })
  await Promise.all([here.close(), there.close()])
  expect((await looked).done).toBe(true)
  const found = await stays.lookup(topic, { signal: never })[Symbol.asyncIterator]().next()
  expect(found.value?.address).toBe('/memory/stays')
  await stays.close()
  expect([one.topics, other.topics]).toEqual([0, 0])
})
