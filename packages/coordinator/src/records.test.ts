import assert from 'node:assert/strict'
import { test } from 'node:test'
import { zeroUuid } from '@ottla/protocol'
import type { CoordinatorRecord } from './coordinator-log.ts'
import { decodeGroupRecord, groupRecord, offsetRecord } from './records.ts'

// The bytes are what the coordinator of Kafka 4.3.0 writes for the same.

const hex = ({ key, value }: CoordinatorRecord) =>
  [key, value].map((bytes) => bytes && Buffer.from(bytes).toString('hex'))

const key = { group: 'group', topic: 'topic', partition: 7 }
const offset = { offset: 42, leaderEpoch: 3, metadata: 'so far', commitTimestamp: 1_700_000_000_000 }

test('a committed offset lies in the log as Kafka writes it', () => {
  const record = offsetRecord(key, { ...offset, topicId: 'AAECAwQFBgcICQoLDA0ODw' })
  assert.deepEqual(hex(record), [
    '0001000567726f75700005746f70696300000007',
    '0004000000000000002a0000000307736f206661720000018bcfe56800010010000102030405060708090a0b0c0d0e0f',
  ])
  const value = { ...offset, expireTimestamp: -1, topicId: 'AAECAwQFBgcICQoLDA0ODw' }
  assert.deepEqual(decodeGroupRecord(record), { type: 'offset', key, value })
})

test('an offset with an expiry of its own takes the only version that has one', () => {
  const record = offsetRecord(key, { ...offset, expireTimestamp: 1_700_000_009_000 })
  assert.deepEqual(hex(record), [
    '0001000567726f75700005746f70696300000007',
    '0001000000000000002a0006736f206661720000018bcfe568000000018bcfe58b28',
  ])
  const value = { ...offset, leaderEpoch: -1, expireTimestamp: 1_700_000_009_000, topicId: zeroUuid }
  assert.deepEqual(decodeGroupRecord(record), { type: 'offset', key, value })
})

test('a group lies in the log as Kafka writes it', () => {
  const value = {
    protocolType: 'consumer',
    generation: 5,
    protocol: 'range',
    leader: 'm-1',
    currentStateTimestamp: 1_700_000_000_000,
    members: [
      {
        memberId: 'm-1',
        groupInstanceId: 'one',
        clientId: 'c',
        clientHost: '/127.0.0.1',
        rebalanceTimeout: 60_000,
        sessionTimeout: 10_000,
        subscription: Buffer.from([1, 2]),
        assignment: Buffer.from([3]),
      },
    ],
  }
  const record = groupRecord('group', value)
  assert.deepEqual(hex(record), [
    '0002000567726f7570',
    '00030008636f6e73756d657200000005000572616e676500036d2d310000018bcfe568000000000100036d2d3100036f6e65000163000a2f3132372e302e302e310000ea60000027100000000201020000000103',
  ])
  assert.deepEqual(decodeGroupRecord(record), { type: 'group', key: { group: 'group' }, value })
})

test('a tombstone has no value', () => {
  assert.deepEqual(hex(groupRecord('group', null)), ['0002000567726f7570', null])
})

test('records of other kinds, of newer versions and cut short are not read', () => {
  const { key: groupKey, value } = groupRecord('group', { protocolType: 'consumer' })
  const unreadable: CoordinatorRecord[] = [
    { key: Buffer.from([0, 99, 0]), value },
    { key: groupKey, value: Buffer.from([0, 99]) },
    { key: groupKey, value: value!.subarray(0, -1) },
    { key: Buffer.alloc(0), value: null },
  ]
  for (const record of unreadable) assert.equal(decodeGroupRecord(record), undefined)
})
