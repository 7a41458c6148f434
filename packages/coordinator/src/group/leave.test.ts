import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ErrorCode } from '@ottla/protocol'
import { ok, TestGroup } from '../testing/test-group.ts'
import { leaveWithConnection } from './leave.ts'

test('when a member leaves the others are to rejoin', () => {
  const group = new TestGroup()
  const [a, b] = group.stable(2)
  assert.deepEqual(group.leave({ memberId: a!.memberId! }), [ok])
  assert.equal(group.heartbeat(b!), ErrorCode.REBALANCE_IN_PROGRESS)
  const rejoined = group.join({ memberId: b!.memberId! }).answered
  assert.equal(rejoined.leader, b!.memberId)
})

test('when the last member leaves the group is empty, now and after a crash', () => {
  const group = new TestGroup()
  const [a] = group.stable()
  group.leave({ memberId: a!.memberId! })
  assert.equal(group.state, 'Empty')
  const recovered = group.recovered()
  assert.equal(recovered.state, 'Empty')
  assert.equal(recovered.group.generation, 2)
})

test('a generation number never comes again, though the group was empty', () => {
  const group = new TestGroup()
  const [a] = group.stable()
  group.leave({ memberId: a!.memberId! })
  assert.equal(group.recovered().join().answered.generationId, 3)
})

test('several members leave at once, and an unknown one does not hold them', () => {
  const group = new TestGroup()
  const [a, b] = group.stable(3)
  const codes = group.leave({ memberId: a!.memberId! }, { memberId: 'nobody' }, { memberId: b!.memberId! })
  assert.deepEqual(codes, [ok, ErrorCode.UNKNOWN_MEMBER_ID, ok])
  assert.equal(group.group.members.size, 1)
})

test('a member that leaves while others wait for it lets them go on', () => {
  const group = new TestGroup()
  const [a, b] = group.stable(2)
  const waiting = group.join({ memberId: a!.memberId! })
  group.leave({ memberId: b!.memberId! })
  assert.equal(waiting.answered.errorCode, ok)
})

test('a member that leaves while it waits is told that it is not a member', () => {
  const group = new TestGroup()
  const [a] = group.stable(2)
  const waiting = group.join({ memberId: a!.memberId! })
  group.leave({ memberId: a!.memberId! })
  assert.equal(waiting.answered.errorCode, ErrorCode.UNKNOWN_MEMBER_ID)
})

test('a client that leaves before it came back with its member id disturbs nobody', () => {
  const group = new TestGroup()
  group.stable()
  const pending = group.join({ apiVersion: 4 }).answered
  assert.deepEqual(group.leave({ memberId: pending.memberId! }), [ok])
  assert.equal(group.state, 'Stable')
})

test('members leave with the connection that they were last heard on, and static ones stay', () => {
  const group = new TestGroup()
  const gone = group.join({ connectionId: 7 }).answered
  const kept = group.join({ connectionId: 7, groupInstanceId: 'static', apiVersion: 5 })
  const other = group.join({ connectionId: 8 })
  group.join({ connectionId: 7, memberId: gone.memberId! })
  group.turn((turn) => leaveWithConnection(turn, 7))
  assert.deepEqual([...group.group.members.keys()], [kept.answered.memberId, other.answered.memberId])
})

test('a member that was heard on another connection since stays when the former one closes', () => {
  const group = new TestGroup()
  const joined = group.join({ connectionId: 7 }).answered
  group.syncAll([joined])
  group.turn((turn) => leaveWithConnection(turn, 7))
  assert.equal(group.heartbeat(joined), ok)
})

test('who is told to come back with a member id is not waited for once its connection has closed', () => {
  const group = new TestGroup()
  const [a] = group.stable()
  group.join({ apiVersion: 4, connectionId: 9 })
  const waiting = group.join({ memberId: a!.memberId! })
  assert.equal(waiting.response, undefined)
  group.turn((turn) => leaveWithConnection(turn, 9))
  assert.equal(waiting.answered.errorCode, ok)
})

test('with leave on disconnect, members of before a restart are gone after it', () => {
  const before = new TestGroup()
  before.stable(2)
  const group = before.recovered({ leaveOnDisconnect: true })
  assert.equal(group.state, 'Empty')
  assert.equal(group.join().answered.errorCode, ok)
})
