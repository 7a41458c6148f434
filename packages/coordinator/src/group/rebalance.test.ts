import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ErrorCode } from '@ottla/protocol'
import { leads, ok, TestGroup } from '../testing/test-group.ts'

test('an empty group gathers members for the initial delay, and longer while more come', () => {
  const group = new TestGroup({ initialRebalanceDelayMs: 3000 })
  const a = group.join()
  group.advance(2000)
  const b = group.join()
  group.advance(1000)
  assert.equal(a.response, undefined)
  group.advance(2999)
  assert.equal(a.response, undefined)
  group.advance(1)
  assert.equal(a.answered.generationId, 1)
  assert.equal(b.answered.generationId, 1)
})

test('the initial delay ends with the rebalance timeout however many come', () => {
  const group = new TestGroup({ initialRebalanceDelayMs: 3000 })
  const first = group.join({ rebalanceTimeoutMs: 8000 })
  for (let i = 0; i < 3; i++) {
    group.advance(2500)
    group.join({ rebalanceTimeoutMs: 8000 })
  }
  group.advance(500)
  assert.equal(first.answered.errorCode, ok)
})

test('without an initial delay the first member is answered at once', () => {
  const group = new TestGroup({ initialRebalanceDelayMs: 0 })
  assert.equal(group.join().answered.generationId, 1)
})

test('a member that does not rejoin within the rebalance timeout is out', () => {
  const group = new TestGroup()
  const [a, b] = group.stable(2, { rebalanceTimeoutMs: 5000, sessionTimeoutMs: 30_000 })
  const rejoined = group.join({ memberId: a!.memberId!, rebalanceTimeoutMs: 5000, sessionTimeoutMs: 30_000 })
  group.advance(4999)
  assert.equal(rejoined.response, undefined)
  group.advance(1)
  assert.equal(rejoined.answered.members!.length, 1)
  assert.equal(group.heartbeat(b!), ErrorCode.UNKNOWN_MEMBER_ID)
})

test('if the leader does not rejoin, the member that has been there longest leads', () => {
  const group = new TestGroup()
  const options = { rebalanceTimeoutMs: 5000 }
  const members = group.stable(3, options)
  const changed = [{ name: 'range', metadata: Buffer.from('x') }]
  const c = group.join({ ...options, memberId: members[2]!.memberId!, protocols: changed })
  const b = group.join({ ...options, memberId: members[1]!.memberId! })
  group.advance(5000)
  assert.ok(leads(b.answered))
  assert.equal(c.answered.leader, b.answered.memberId)
})

test('members that wait for an assignment are sent back when another joins', () => {
  const group = new TestGroup()
  const a = group.join().answered
  const b = group.join()
  const waiting = group.join({ memberId: a.memberId! })
  const follower = b.answered
  const sync = group.sync(follower)
  assert.equal(waiting.answered.generationId, 2)
  group.join()
  assert.equal(sync.answered.errorCode, ErrorCode.REBALANCE_IN_PROGRESS)
})

test('members that do not ask for their assignment within the rebalance timeout are out', () => {
  const group = new TestGroup()
  const [a, b] = group.stable(2, { rebalanceTimeoutMs: 5000, sessionTimeoutMs: 30_000 })
  const options = { rebalanceTimeoutMs: 5000, sessionTimeoutMs: 30_000 }
  const joinedA = group.join({ memberId: a!.memberId!, ...options })
  const joinedB = group.join({ memberId: b!.memberId!, ...options }).answered
  const syncB = group.sync(joinedB)
  group.advance(5000)
  assert.equal(syncB.answered.errorCode, ErrorCode.REBALANCE_IN_PROGRESS)
  assert.equal(group.heartbeat(joinedA.answered), ErrorCode.UNKNOWN_MEMBER_ID)
  assert.equal(group.state, 'PreparingRebalance')
})

test('a crash in the midst of a rebalance leaves the group in its last generation', () => {
  const group = new TestGroup()
  const [a, b] = group.stable(2)
  group.join({ memberId: a!.memberId! })
  group.join({ memberId: b!.memberId! })
  assert.equal(group.group.generation, a!.generationId! + 1)
  const recovered = group.recovered()
  assert.equal(recovered.state, 'Stable')
  assert.equal(recovered.group.generation, a!.generationId)
  assert.equal(recovered.heartbeat({ ...a, generationId: a!.generationId! + 1 }), ErrorCode.ILLEGAL_GENERATION)
  assert.equal(recovered.heartbeat(a!), ok)
})
