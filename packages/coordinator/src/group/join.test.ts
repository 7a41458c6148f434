import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ErrorCode } from '@ottla/protocol'
import { leads, ok, TestGroup } from '../testing/test-group.ts'

const protocols = (...names: string[]) => names.map((name) => ({ name, metadata: Buffer.from(`for ${name}`) }))

test('the first member leads generation 1 and is told of all members', () => {
  const group = new TestGroup()
  const joined = group.join({ protocols: protocols('range'), clientId: 'me' }).answered
  assert.equal(joined.errorCode, ok)
  assert.equal(joined.generationId, 1)
  assert.equal(joined.protocolName, 'range')
  assert.equal(joined.protocolType, 'consumer')
  assert.match(joined.memberId!, /^me-/)
  assert.equal(joined.leader, joined.memberId)
  assert.deepEqual(
    joined.members!.map(({ memberId, metadata }) => [memberId, String(metadata)]),
    [[joined.memberId, 'for range']],
  )
  assert.equal(group.state, 'CompletingRebalance')
})

test('from version 4 on a client must come back with the member id that it is given', () => {
  const group = new TestGroup()
  const first = group.join({ apiVersion: 4 }).answered
  assert.equal(first.errorCode, ErrorCode.MEMBER_ID_REQUIRED)
  assert.equal(group.state, 'Empty')
  const second = group.join({ apiVersion: 4, memberId: first.memberId! }).answered
  assert.equal(second.errorCode, ok)
  assert.equal(second.memberId, first.memberId)
})

test('a member id that nobody was given is refused, and makes no group', () => {
  const group = new TestGroup()
  assert.equal(group.join({ memberId: 'made up' }).answered.errorCode, ErrorCode.UNKNOWN_MEMBER_ID)
  assert.equal(group.state, 'Dead')
})

test('a rebalance waits for all members, and for those who were told to come back', () => {
  const group = new TestGroup()
  const [a] = group.stable()
  const pending = group.join({ apiVersion: 4 }).answered
  const rejoined = group.join({ memberId: a!.memberId! })
  assert.equal(rejoined.response, undefined)
  const b = group.join({ apiVersion: 4, memberId: pending.memberId! })
  assert.equal(rejoined.answered.generationId, 2)
  assert.equal(b.answered.generationId, 2)
  assert.ok(leads(rejoined.answered))
  assert.equal(rejoined.answered.members!.length, 2)
  assert.deepEqual(b.answered.members, [])
})

test('a follower that joins a stable group unchanged is told of the generation, and nobody rejoins', () => {
  const group = new TestGroup()
  const [, b] = group.stable(2)
  const again = group.join({ memberId: b!.memberId! }).answered
  assert.equal(again.errorCode, ok)
  assert.equal(again.generationId, b!.generationId)
  assert.equal(group.state, 'Stable')
})

test('a follower with other metadata causes a rebalance', () => {
  const group = new TestGroup()
  const [, b] = group.stable(2)
  const again = group.join({ memberId: b!.memberId!, protocols: [{ name: 'range', metadata: Buffer.from('new') }] })
  assert.equal(again.response, undefined)
  assert.equal(group.state, 'PreparingRebalance')
})

test('a leader that joins again causes a rebalance though nothing has changed', () => {
  const group = new TestGroup()
  const [a, b] = group.stable(2)
  const again = group.join({ memberId: a!.memberId! })
  assert.equal(again.response, undefined)
  group.join({ memberId: b!.memberId! })
  assert.equal(again.answered.generationId, a!.generationId! + 1)
})

test('a member that missed its answer while the leader assigns gets it again', () => {
  const group = new TestGroup()
  const joined = group.join().answered
  const again = group.join({ memberId: joined.memberId! }).answered
  assert.deepEqual([again.generationId, again.leader, again.members!.length], [1, joined.memberId, 1])
})

test('a join that is sent again answers the one before, and the later one counts', () => {
  const group = new TestGroup()
  const [a] = group.stable(2)
  const first = group.join({ memberId: a!.memberId! })
  const second = group.join({ memberId: a!.memberId! })
  assert.equal(first.answered.errorCode, ErrorCode.REBALANCE_IN_PROGRESS)
  assert.equal(second.response, undefined)
})

test('a member without a protocol in common with all others is refused', () => {
  const group = new TestGroup()
  group.stable(1, { protocols: protocols('range', 'sticky') })
  assert.equal(group.join({ protocols: protocols('own') }).answered.errorCode, ErrorCode.INCONSISTENT_GROUP_PROTOCOL)
  assert.equal(
    group.join({ protocolType: 'connect', protocols: protocols('range') }).answered.errorCode,
    ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
  )
  assert.equal(group.state, 'Stable')
})

test('no protocol type or no protocols are refused, and make no group', () => {
  const group = new TestGroup()
  assert.equal(group.join({ protocolType: '' }).answered.errorCode, ErrorCode.INCONSISTENT_GROUP_PROTOCOL)
  assert.equal(group.join({ protocols: [] }).answered.errorCode, ErrorCode.INCONSISTENT_GROUP_PROTOCOL)
  assert.equal(group.state, 'Dead')
})

test('a rolling change of the assignor goes over when the last member has the new one', () => {
  const group = new TestGroup()
  let [a, b] = group.stable(2, { protocols: protocols('range') })
  const generation = (first: string[], second: string[]) => {
    const joins = [
      group.join({ memberId: a!.memberId!, protocols: protocols(...first) }),
      group.join({ memberId: b!.memberId!, protocols: protocols(...second) }),
    ]
    ;[a, b] = joins.map((join) => join.answered)
    group.syncAll([a!, b!])
    return a!.protocolName
  }
  assert.equal(generation(['sticky', 'range'], ['range']), 'range')
  assert.equal(generation(['sticky', 'range'], ['sticky', 'range']), 'sticky')
  assert.equal(generation(['sticky'], ['sticky', 'range']), 'sticky')
})

test('a full group refuses new members and keeps its own', () => {
  const group = new TestGroup({ maxSize: 2 })
  const [a] = group.stable(2)
  assert.equal(group.join().answered.errorCode, ErrorCode.GROUP_MAX_SIZE_REACHED)
  assert.equal(group.join({ memberId: a!.memberId! }).response, undefined)
})

test('a group that is above a lowered limit rebalances when it is loaded, and the last to rejoin is turned away', () => {
  const before = new TestGroup()
  const members = before.stable(3)
  const group = before.recovered({ maxSize: 2 })
  assert.equal(group.state, 'PreparingRebalance')
  const joins = members.map(({ memberId }) => group.join({ memberId: memberId! }))
  assert.equal(joins[2]!.answered.errorCode, ErrorCode.GROUP_MAX_SIZE_REACHED)
  group.advance(60_000)
  assert.equal(joins[0]!.answered.errorCode, ok)
  assert.equal(joins[1]!.answered.errorCode, ok)
})

test('a member that gives no rebalance timeout has its session timeout for it', () => {
  const group = new TestGroup()
  for (const rebalanceTimeoutMs of [0, -1]) {
    const joined = group.join({ rebalanceTimeoutMs }).answered
    group.advance(100)
    assert.equal(group.heartbeat(joined), ok)
    group.leave({ memberId: joined.memberId! })
  }
})

test('members that need more memory than there is are refused, and those who take no more may rejoin', () => {
  const group = new TestGroup({ maxBytes: 20_000 })
  const metadata = (bytes: number) => [{ name: 'range', metadata: Buffer.alloc(bytes) }]
  const [a] = group.stable(1, { protocols: metadata(5000) })
  assert.equal(group.join({ protocols: metadata(20_000) }).answered.errorCode, ErrorCode.GROUP_MAX_SIZE_REACHED)
  const grown = group.join({ memberId: a!.memberId!, protocols: metadata(20_000) })
  assert.equal(grown.answered.errorCode, ErrorCode.GROUP_MAX_SIZE_REACHED)
  assert.equal(group.heartbeat(a!), ok)
  const small = group.join({ protocols: metadata(10) })
  const rejoined = group.join({ memberId: a!.memberId!, protocols: metadata(5000) })
  assert.deepEqual([small.answered.errorCode, rejoined.answered.errorCode], [ok, ok])
})

test('memory is free again when members are gone', () => {
  const group = new TestGroup({ maxBytes: 20_000 })
  const protocols = [{ name: 'range', metadata: Buffer.alloc(5000) }]
  for (let i = 0; i < 10; i++) {
    const joined = group.join({ protocols }).answered
    assert.equal(joined.errorCode, ok)
    group.syncAll([joined])
    group.leave({ memberId: joined.memberId! })
  }
})
