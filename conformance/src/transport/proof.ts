import { equal, isEqual } from '../assert/equal.ts'
import { ok, present } from '../assert/ok.ts'
import { quote } from '../suite/case.ts'
import { flagFaults } from '../suite/options.ts'
import { OPTIONAL_TRANSPORT_FLAGS, TRANSPORT_FLAGS } from './options.ts'
import { transportCase } from './transport-case.ts'

const binding = quote(
  'Connection.channelBinding',
  'Bytes that both ends have alike and that nobody in the middle can have with either'
)

/** What a transport claims, and proves. */
export const proofCases = [
  transportCase(
    'supports.flags',
    'supports has the flags of the interface and no others, and is what the suite was told',
    quote('TransportSupports', 'What a transport can do; the conformance suite holds it to this.').concat(
      quote('Transport.supports', 'readonly supports: TransportSupports'),
      quote('Transport.name', 'A short name for logs and counters, such as `tcp`.')
    ),
    async (world) => {
      const transport = await world.create()
      equal(
        flagFaults(transport.supports, TRANSPORT_FLAGS, OPTIONAL_TRANSPORT_FLAGS),
        [],
        'what is wrong with supports'
      )
      equal({ ...transport.supports }, { ...world.options.supports }, "the transport's supports")
      ok(transport.name.length > 0, 'the transport has no name')
    }
  ),
  transportCase(
    'supports.identity',
    'connections say who the remote is, each time the same, if and only if the transport proves it',
    quote('TransportSupports.identity', 'Whether connections prove who the remote is (`remoteIdentity`).').concat(
      quote('Connection.remoteIdentity', 'Who the remote is, where the transport proves it')
    ),
    async (world) => {
      const { connect, dialler } = await world.pair()
      const [near, far] = await connect()
      const [again, back] = await connect()
      const seen = [near.remoteIdentity, far.remoteIdentity]
      equal([again.remoteIdentity, back.remoteIdentity], seen, 'the identities of the second connection')
      if (dialler.supports.identity) {
        for (const each of seen) ok(typeof each === 'string' && each.length > 0, 'a connection lacks the identity')
      } else equal(seen, [undefined, undefined], 'the identities, where none is claimed')
    }
  ),
  transportCase(
    'supports.binding',
    'channel bindings are equal at both ends, and differ between connections or pairs of identities',
    binding.concat(
      quote(
        'TransportSupports.encrypted',
        'Whether what passes is hidden from and protected against others on the way.'
      )
    ),
    async (world) => {
      const { connect, dialler } = await world.pair()
      const stranger = await world.create()
      const pairs = [await connect(), await connect(), await connect(stranger)] as const
      for (const [near, far] of pairs) equal(near.channelBinding, far.channelBinding, 'the binding at the other end')
      const [one, two, other] = pairs.map(([near]) => near.channelBinding)
      if (!dialler.supports.encrypted) {
        equal([one, two, other], [undefined, undefined, undefined], 'the bindings, where nothing is encrypted')
        return
      }
      for (const each of [one, two, other]) ok(present(each, 'a binding').length >= 16, 'a binding is too short')
      const boundToPair = isEqual(one, two)
      ok(!boundToPair || dialler.supports.identity, 'the bindings of two connections are the same')
      const strangerIsAnother = pairs[0][1].remoteIdentity !== pairs[2][1].remoteIdentity
      if (strangerIsAnother || !boundToPair) ok(!isEqual(one, other), "a stranger's binding is the same")
    }
  )
]
