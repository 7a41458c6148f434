import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ErrorCode } from '@ottla/protocol'
import { ok, TestGroup } from '../testing/test-group.ts'

test('a member that sends no heartbeats is out after its session timeout', () => {
  const group = new TestGroup()
  group.stable(1, { sessionTimeoutMs: 10_000 })
  group.advance(9_999)
  assert.equal(group.state, 'Stable')
  group.advance(1)
  assert.equal(group.state, 'Empty')
})

test('heartbeats keep a member, and so do commits and a SyncGroup', () => {
  const group = new TestGroup()
  const [a] = group.stable(1, { sessionTimeoutMs: 10_000 })
  for (let i = 0; i < 5; i++) {
    group.advance(9_000)
    assert.equal(group.heartbeat(a!), ok)
    group.advance(9_000)
    assert.deepEqual(group.commit({ memberId: a!.memberId!, generationId: a!.generationId! }), [ok])
  }
})

test('a member that waits for others to rejoin need not send heartbeats', () => {
  const group = new TestGroup()
  const [a, b] = group.stable(2, { sessionTimeoutMs: 10_000, rebalanceTimeoutMs: 60_000 })
  const waiting = group.join({ memberId: a!.memberId!, sessionTimeoutMs: 10_000 })
  for (let i = 0; i < 3; i++) {
    group.advance(9_000)
    assert.equal(group.heartbeat(b!), ErrorCode.REBALANCE_IN_PROGRESS)
  }
  assert.equal(waiting.response, undefined)
  group.join({ memberId: b!.memberId! })
  assert.equal(waiting.answered.errorCode, ok)
  group.advance(9_999)
  assert.ok(group.group.members.has(a!.memberId!))
  group.advance(1)
  assert.ok(!group.group.members.has(a!.memberId!))
})

test('the session of a member that waited for its assignment begins when it gets it', () => {
  const group = new TestGroup()
  const first = group.join({ sessionTimeoutMs: 30_000 }).answered
  const b = group.join({ sessionTimeoutMs: 10_000 })
  const a = group.join({ memberId: first.memberId!, sessionTimeoutMs: 30_000 }).answered
  const sync = group.sync(b.answered)
  group.advance(20_000)
  group.sync(a)
  assert.equal(sync.answered.errorCode, ok)
  group.advance(9_999)
  assert.equal(group.heartbeat(b.answered), ok)
})

test('a new member that waits longer than five minutes is told to join again', () => {
  const group = new TestGroup()
  const options = { rebalanceTimeoutMs: 30 * 60_000, sessionTimeoutMs: 30 * 60_000 }
  group.stable(1, options)
  const waiting = group.join()
  group.advance(5 * 60_000)
  assert.equal(waiting.answered.errorCode, ErrorCode.UNKNOWN_MEMBER_ID)
})

test('a client that does not come back with its member id is waited for no longer than its session timeout', () => {
  const group = new TestGroup()
  const [a] = group.stable(1, { sessionTimeoutMs: 30_000 })
  group.join({ apiVersion: 4, sessionTimeoutMs: 6_000 })
  const waiting = group.join({ memberId: a!.memberId! })
  group.advance(5_999)
  assert.equal(waiting.response, undefined)
  group.advance(1)
  assert.equal(waiting.answered.errorCode, ok)
})

test('a group that nobody came back to leaves nothing behind', () => {
  const group = new TestGroup()
  group.join({ apiVersion: 4 })
  group.advance(10_000)
  assert.equal(group.state, 'Dead')
  assert.equal(group.records.length, 0)
})

test('after a crash each session begins anew', () => {
  const before = new TestGroup()
  const [a] = before.stable(1, { sessionTimeoutMs: 10_000 })
  before.advance(9_000)
  const group = before.recovered()
  group.advance(9_999)
  assert.equal(group.heartbeat(a!), ok)
  group.advance(10_000)
  assert.equal(group.state, 'Empty')
})

test('heartbeats of a stranger, of another generation and of no group are told apart', () => {
  const group = new TestGroup()
  const stranger = { memberId: 'nobody', generationId: 1 }
  assert.equal(group.heartbeat(stranger), ErrorCode.UNKNOWN_MEMBER_ID)
  const [a] = group.stable()
  assert.equal(group.heartbeat(stranger), ErrorCode.UNKNOWN_MEMBER_ID)
  assert.equal(group.heartbeat({ ...a, generationId: 7 }), ErrorCode.ILLEGAL_GENERATION)
  assert.equal(group.heartbeat(a!, 'not static'), ErrorCode.UNKNOWN_MEMBER_ID)
})
