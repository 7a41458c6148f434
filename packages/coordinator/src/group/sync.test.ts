import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ErrorCode } from '@ottla/protocol'
import { ok, TestGroup } from '../testing/test-group.ts'

const assignments = (...members: (string | undefined)[]) =>
  members.map((memberId) => ({ memberId: memberId!, assignment: Buffer.from(`to ${memberId}`) }))

function joinedPair(group: TestGroup) {
  const first = group.join().answered
  const b = group.join()
  const a = group.join({ memberId: first.memberId! })
  return { a: a.answered, b: b.answered }
}

test('followers wait for the leader, and each gets what it was assigned', () => {
  const group = new TestGroup()
  const { a, b } = joinedPair(group)
  const syncB = group.sync(b)
  assert.equal(syncB.response, undefined)
  const syncA = group.sync(a, { assignments: assignments(a.memberId, b.memberId) })
  assert.equal(String(syncA.answered.assignment), `to ${a.memberId}`)
  assert.equal(String(syncB.answered.assignment), `to ${b.memberId}`)
  assert.deepEqual([syncB.answered.protocolType, syncB.answered.protocolName], ['consumer', 'range'])
  assert.equal(group.state, 'Stable')
})

test('a member that the leader left out gets an empty assignment', () => {
  const group = new TestGroup()
  const { a, b } = joinedPair(group)
  group.sync(a, { assignments: assignments(a.memberId) })
  assert.equal(group.sync(b).answered.assignment!.length, 0)
})

test('an assignment for somebody who is not a member is of no matter', () => {
  const group = new TestGroup()
  const a = group.join().answered
  assert.equal(group.sync(a, { assignments: assignments(a.memberId, 'nobody') }).answered.errorCode, ok)
})

test('in a stable group a member is told its assignment again, also after a crash', () => {
  const group = new TestGroup()
  const [a] = group.stable(2)
  assert.equal(String(group.sync(a!).answered.assignment), a!.memberId)
  assert.equal(String(group.recovered().sync(a!).answered.assignment), a!.memberId)
})

test('another generation, an unknown member, another protocol and a rebalance are told apart', () => {
  const group = new TestGroup()
  const [a, b] = group.stable(2)
  const code = (options: object) => group.sync(a!, options).answered.errorCode
  assert.equal(code({ generationId: 1 }), ErrorCode.ILLEGAL_GENERATION)
  assert.equal(code({ memberId: 'nobody' }), ErrorCode.UNKNOWN_MEMBER_ID)
  assert.equal(code({ protocolType: 'connect' }), ErrorCode.INCONSISTENT_GROUP_PROTOCOL)
  assert.equal(code({ protocolType: 'consumer', protocolName: 'sticky' }), ErrorCode.INCONSISTENT_GROUP_PROTOCOL)
  assert.equal(code({ protocolType: 'consumer', protocolName: 'range' }), ok)
  group.join()
  assert.equal(group.sync(b!).answered.errorCode, ErrorCode.REBALANCE_IN_PROGRESS)
})

test('a sync that is sent again answers the one before', () => {
  const group = new TestGroup()
  const { b } = joinedPair(group)
  const first = group.sync(b)
  const second = group.sync(b)
  assert.equal(first.answered.errorCode, ErrorCode.REBALANCE_IN_PROGRESS)
  assert.equal(second.response, undefined)
})

test('a group that is not there has no members', () => {
  const group = new TestGroup()
  assert.equal(group.sync({ memberId: 'm', generationId: 1 }).answered.errorCode, ErrorCode.UNKNOWN_MEMBER_ID)
  assert.equal(group.state, 'Dead')
})
