import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ErrorCode } from '@ottla/protocol'
import { ok, TestGroup } from '../testing/test-group.ts'

const instance = (groupInstanceId: string) => ({ groupInstanceId, apiVersion: 5 })

/** A stable group of two static members, `one` leading. */
function staticPair(group: TestGroup) {
  const first = group.join(instance('one')).answered
  const two = group.join(instance('two'))
  const one = group.join({ ...instance('one'), memberId: first.memberId! })
  group.syncAll([one.answered, two.answered])
  return { one: one.answered, two: two.answered }
}

test('a static member is not asked to come back with a member id', () => {
  const joined = new TestGroup().join(instance('one')).answered
  assert.equal(joined.errorCode, ok)
  assert.match(joined.memberId!, /^one-/)
  assert.equal(joined.members![0]!.groupInstanceId, 'one')
})

test('a static member that restarts takes over its assignment and nobody rebalances', () => {
  const group = new TestGroup()
  const { one, two } = staticPair(group)
  const back = group.join(instance('two')).answered
  assert.equal(back.errorCode, ok)
  assert.notEqual(back.memberId, two.memberId)
  assert.equal(back.generationId, two.generationId)
  assert.equal(back.leader, one.memberId)
  assert.equal(String(group.sync(back, { groupInstanceId: 'two' }).answered.assignment), two.memberId)
  assert.equal(group.heartbeat(one, 'one'), ok)
  assert.equal(group.state, 'Stable')
})

test('a static takeover outlives a crash', () => {
  const group = new TestGroup()
  staticPair(group)
  const back = group.join(instance('two')).answered
  assert.equal(group.recovered().heartbeat(back, 'two'), ok)
})

test('whoever goes by the former member id is fenced', () => {
  const group = new TestGroup()
  const { two } = staticPair(group)
  group.join(instance('two'))
  assert.equal(group.heartbeat(two, 'two'), ErrorCode.FENCED_INSTANCE_ID)
  assert.equal(group.sync(two, { groupInstanceId: 'two' }).answered.errorCode, ErrorCode.FENCED_INSTANCE_ID)
  const rejoin = group.join({ ...instance('two'), memberId: two.memberId! })
  assert.equal(rejoin.answered.errorCode, ErrorCode.FENCED_INSTANCE_ID)
  assert.deepEqual(group.leave({ memberId: two.memberId!, groupInstanceId: 'two' }), [ErrorCode.FENCED_INSTANCE_ID])
  const commit = { memberId: two.memberId!, groupInstanceId: 'two', generationId: two.generationId! }
  assert.deepEqual(group.commit(commit), [ErrorCode.FENCED_INSTANCE_ID])
})

test('a static leader that restarts is told to skip the assignment, where its version knows that', () => {
  const group = new TestGroup()
  staticPair(group)
  const back = group.join({ ...instance('one'), apiVersion: 9 }).answered
  assert.equal(back.skipAssignment, true)
  assert.equal(back.leader, back.memberId)
  assert.equal(back.members!.length, 2)
  assert.equal(group.state, 'Stable')
})

test('a static leader of an older version is not told that it leads', () => {
  const group = new TestGroup()
  const { one } = staticPair(group)
  const back = group.join({ ...instance('one'), apiVersion: 8 }).answered
  assert.equal(back.skipAssignment, false)
  assert.equal(back.leader, one.memberId)
  assert.deepEqual(back.members, [])
})

test('a static member that comes back with other protocols causes a rebalance', () => {
  const group = new TestGroup()
  const both = [
    { name: 'sticky', metadata: Buffer.alloc(0) },
    { name: 'range', metadata: Buffer.alloc(0) },
  ]
  const joined = group.join({ ...instance('one'), protocols: both }).answered
  group.syncAll([joined])
  const back = group.join({ ...instance('one'), protocols: both.slice(1) }).answered
  assert.equal(joined.protocolName, 'sticky')
  assert.equal(back.protocolName, 'range')
  assert.equal(back.generationId, joined.generationId! + 1)
})

test('a static member that comes back while the leader assigns causes a rebalance', () => {
  const group = new TestGroup()
  const first = group.join(instance('one')).answered
  const two = group.join(instance('two'))
  const one = group.join({ ...instance('one'), memberId: first.memberId! }).answered
  const syncTwo = group.sync(two.answered, { groupInstanceId: 'two' })
  const back = group.join(instance('two'))
  assert.equal(syncTwo.answered.errorCode, ErrorCode.FENCED_INSTANCE_ID)
  assert.equal(back.response, undefined)
  assert.equal(group.heartbeat(one, 'one'), ErrorCode.REBALANCE_IN_PROGRESS)
})

test('a static member that waits for a rebalance is fenced by its successor, which waits in its place', () => {
  const group = new TestGroup()
  const { one, two } = staticPair(group)
  const waiting = group.join({ ...instance('one'), memberId: one.memberId! })
  const successor = group.join(instance('one'))
  assert.equal(waiting.answered.errorCode, ErrorCode.FENCED_INSTANCE_ID)
  const other = group.join({ ...instance('two'), memberId: two.memberId! })
  assert.equal(other.answered.generationId, successor.answered.generationId)
})

test('a static member that does not rejoin in time stays until its session ends', () => {
  const group = new TestGroup()
  const options = { rebalanceTimeoutMs: 5000, sessionTimeoutMs: 30_000 }
  const joined = group.join({ ...instance('one'), ...options }).answered
  group.syncAll([joined])
  const dynamic = group.join({ ...options })
  group.advance(5000)
  assert.equal(dynamic.answered.members!.length, 2)
  assert.equal(dynamic.answered.leader, dynamic.answered.memberId)
})

test('an administrator removes a static member by its instance', () => {
  const group = new TestGroup()
  staticPair(group)
  const codes = group.leave({ groupInstanceId: 'two' }, { groupInstanceId: 'three' })
  assert.deepEqual(codes, [ok, ErrorCode.UNKNOWN_MEMBER_ID])
  assert.equal(group.group.members.size, 1)
})
