import assert from 'node:assert/strict'
import { test } from 'node:test'
import { committed, groupId, TestGroup } from '../testing/test-group.ts'
import { expireOffsets } from './retention.ts'

const retention = { offsetsRetentionMs: 100_000, maxSessionTimeoutMs: 10_000_000 }
const session = { sessionTimeoutMs: 10_000_000 }
const subscribedTo = (topic: string) => [
  {
    name: 'range',
    metadata: Buffer.concat([
      Buffer.from([0, 0, 0, 0, 0, 1, 0, topic.length]),
      Buffer.from(topic),
      Buffer.from([0xff, 0xff, 0xff, 0xff]),
    ]),
  },
]
const expire = (group: TestGroup) => group.run((step) => expireOffsets(group.coordinator, step))
const remaining = (group: TestGroup) => Array.from(group.coordinator.offsets.of(groupId), ({ topic }) => topic)

test('offsets of an empty group go when it has been empty for the retention time', () => {
  const group = new TestGroup(retention)
  const [a] = group.stable(1, session)
  group.commit({ memberId: a!.memberId!, generationId: a!.generationId! })
  group.advance(90_000)
  group.leave({ memberId: a!.memberId! })
  group.advance(99_999)
  expire(group)
  assert.deepEqual(remaining(group), ['t'])
  group.advance(1)
  expire(group)
  assert.deepEqual(remaining(group), [])
  assert.equal(group.state, 'Dead')
  assert.equal(group.recovered().coordinator.groups.size, 0)
})

test('of a group at work, offsets of topics that it reads stay, and others go', () => {
  const group = new TestGroup(retention)
  const [a] = group.stable(1, { ...session, protocols: subscribedTo('t') })
  const as = { memberId: a!.memberId!, generationId: a!.generationId! }
  group.commit({ ...as, offsets: [committed('t', 0, 1), committed('u', 0, 1)] })
  group.advance(100_000)
  expire(group)
  assert.deepEqual(remaining(group), ['t'])
})

test('when the broker can not tell what a group reads, all its offsets stay', () => {
  for (const protocolType of ['consumer', 'connect']) {
    const group = new TestGroup(retention)
    const [a] = group.stable(1, {
      ...session,
      protocolType,
      protocols: [{ name: 'range', metadata: Buffer.from([1]) }],
    })
    group.commit({ memberId: a!.memberId!, generationId: a!.generationId! })
    group.advance(200_000)
    expire(group)
    assert.deepEqual(remaining(group), ['t'])
  }
})

test('offsets without a group go by the time of their commit', () => {
  const group = new TestGroup(retention)
  group.commit({ offsets: [committed('t', 0, 1)] })
  group.advance(60_000)
  group.commit({ offsets: [committed('u', 0, 1)] })
  group.advance(40_000)
  expire(group)
  assert.deepEqual(remaining(group), ['u'])
})

test("a retention time of the commit itself comes before the broker's", () => {
  const group = new TestGroup(retention)
  group.commit({ retentionTimeMs: 5_000 })
  assert.equal(group.recovered().coordinator.offsets.get(groupId, 't', 0)!.expireTimestampMs, 1_700_000_006_000)
  group.advance(5_000)
  expire(group)
  assert.deepEqual(remaining(group), [])
})

test('an empty group that never committed goes', () => {
  const group = new TestGroup(retention)
  const [a] = group.stable(1, session)
  group.leave({ memberId: a!.memberId! })
  expire(group)
  assert.equal(group.state, 'Dead')
})
