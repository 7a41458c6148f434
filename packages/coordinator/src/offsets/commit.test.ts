import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ErrorCode } from '@ottla/protocol'
import { committed, groupId, ok, TestGroup } from '../testing/test-group.ts'
import { deleteGroup, deleteOffsets, deleteOffsetsOfTopic } from './delete.ts'
import { fetchOffsets } from './fetch.ts'

const offsetsOf = (group: TestGroup) =>
  fetchOffsets(group.coordinator, { groupId, topics: null }).flatMap(({ topic, partitions }) =>
    partitions.map(({ partition, committed }) => `${topic}-${partition}=${committed!.offset}`),
  )

test('whoever commits without being a member makes a group that has offsets only', () => {
  const group = new TestGroup()
  assert.deepEqual(group.commit(), [ok])
  assert.equal(group.state, 'Empty')
  assert.equal(group.group.protocolType, null)
  assert.deepEqual(offsetsOf(group.recovered()), ['t-0=5'])
})

test('an offset is kept with its metadata, leader epoch and time', () => {
  const group = new TestGroup()
  group.commit({ offsets: [committed('t', 3, 7, 'so far')] })
  const stored = group.recovered().coordinator.offsets.get(groupId, 't', 3)!
  assert.deepEqual(
    [stored.offset, stored.leaderEpoch, stored.metadata, stored.commitTimestampMs],
    [7, 3, 'so far', 1_700_000_001_000],
  )
})

test('a member commits in its generation, also while others rejoin, but not before its assignment', () => {
  const group = new TestGroup()
  const [a] = group.stable()
  const as = { memberId: a!.memberId!, generationId: a!.generationId! }
  assert.deepEqual(group.commit(as), [ok])
  const b = group.join()
  assert.deepEqual(group.commit(as), [ok])
  const rejoined = group.join({ memberId: a!.memberId! }).answered
  assert.deepEqual(group.commit(as), [ErrorCode.ILLEGAL_GENERATION])
  const next = { memberId: a!.memberId!, generationId: rejoined.generationId! }
  assert.deepEqual(group.commit(next), [ErrorCode.REBALANCE_IN_PROGRESS])
  group.syncAll([rejoined, b.answered])
  assert.deepEqual(group.commit(next), [ok])
})

test('while a group has members nobody else commits for it', () => {
  const group = new TestGroup()
  group.stable()
  assert.deepEqual(group.commit(), [ErrorCode.UNKNOWN_MEMBER_ID])
  assert.deepEqual(group.commit({ memberId: 'nobody', generationId: 1 }), [ErrorCode.UNKNOWN_MEMBER_ID])
})

test('a generation of a group that is not there is refused as the version of the request expects', () => {
  const group = new TestGroup()
  const as = { memberId: 'm', generationId: 4 }
  assert.deepEqual(group.commit({ ...as, apiVersion: 8 }), [ErrorCode.ILLEGAL_GENERATION])
  assert.deepEqual(group.commit({ ...as, apiVersion: 9 }), [ErrorCode.GROUP_ID_NOT_FOUND])
  assert.equal(group.state, 'Dead')
})

test('metadata that is too long fails its partition and no other', () => {
  const group = new TestGroup({ offsetMetadataMaxBytes: 4 })
  const codes = group.commit({ offsets: [committed('t', 0, 1, '12345'), committed('t', 1, 1, '1234')] })
  assert.deepEqual(codes, [ErrorCode.OFFSET_METADATA_TOO_LARGE, ok])
  assert.deepEqual(offsetsOf(group), ['t-1=1'])
})

test('offsets of topics that the group reads are not deleted, others are', () => {
  const group = new TestGroup()
  // Version 0, one topic `t`, no user data.
  const subscription = Buffer.from([0, 0, 0, 0, 0, 1, 0, 1, 't'.charCodeAt(0), 0xff, 0xff, 0xff, 0xff])
  const [a] = group.stable(1, { protocols: [{ name: 'range', metadata: subscription }] })
  const as = { memberId: a!.memberId!, generationId: a!.generationId! }
  group.commit({ ...as, offsets: [committed('t', 0, 1), committed('u', 0, 1)] })
  const partitions = [
    { topic: 't', partition: 0 },
    { topic: 'u', partition: 0 },
    { topic: 'u', partition: 9 },
  ]
  const deleted = group.run((step) => deleteOffsets(group.coordinator, { groupId, partitions }, step))
  assert.deepEqual(deleted, { errorCode: ok, partitions: [ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC, ok, ok] })
  assert.deepEqual(offsetsOf(group), ['t-0=1'])
})

test('with members of which nobody knows what they read, no offsets are deleted', () => {
  const group = new TestGroup()
  group.stable(1, { protocolType: 'connect' })
  const remove = () => group.run((step) => deleteOffsets(group.coordinator, { groupId, partitions: [] }, step))
  assert.equal(remove().errorCode, ErrorCode.NON_EMPTY_GROUP)
})

test('a group is deleted with its offsets when nobody is in it', () => {
  const group = new TestGroup()
  const remove = () => group.run((step) => deleteGroup(group.coordinator, groupId, step))
  assert.equal(remove(), ErrorCode.GROUP_ID_NOT_FOUND)
  const [a] = group.stable()
  group.commit({ memberId: a!.memberId!, generationId: a!.generationId! })
  assert.equal(remove(), ErrorCode.NON_EMPTY_GROUP)
  group.leave({ memberId: a!.memberId! })
  assert.equal(remove(), ok)
  assert.equal(group.state, 'Dead')
  assert.equal(group.recovered().coordinator.groups.size, 0)
  assert.deepEqual(offsetsOf(group.recovered()), [])
})

test('offsets of a deleted topic go with it', () => {
  const group = new TestGroup()
  group.commit({ offsets: [committed('t', 0, 1), committed('u', 0, 1)] })
  group.run((step) => deleteOffsetsOfTopic(group.coordinator, 't', step))
  assert.deepEqual(offsetsOf(group), ['u-0=1'])
})

test('offsets that need more memory than there is are refused, and known ones move on', () => {
  const group = new TestGroup({ maxBytes: 2000 })
  const offsets = Array.from({ length: 10 }, (_, partition) => committed('t', partition, 1))
  const codes = group.commit({ offsets })
  assert.deepEqual(new Set(codes), new Set([ok, ErrorCode.INVALID_COMMIT_OFFSET_SIZE]))
  assert.deepEqual(group.commit({ offsets: [committed('t', 0, 2)] }), [ok])
})

test('metadata that no record has room for is refused, whatever the limit', () => {
  const group = new TestGroup({ offsetMetadataMaxBytes: 1_000_000 })
  const codes = group.commit({ offsets: [committed('t', 0, 1, '\u00e9'.repeat(20_000)), committed('t', 1, 1)] })
  assert.deepEqual(codes, [ErrorCode.OFFSET_METADATA_TOO_LARGE, ok])
})
