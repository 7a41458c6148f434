import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MalformedError } from '@ottla/protocol'
import { decodeAssignment, decodeSubscription, encodeAssignment, encodeSubscription } from './consumer-protocol.ts'

const subscription = {
  topics: ['a', 'b'],
  ownedPartitions: new Map([['a', [0, 2]]]),
  generationId: 7,
  rackId: 'r1',
  userData: Buffer.from([1, 2]),
}

test('a subscription is what Java writes: version 3, topics in order, owned partitions, generation, rack', () => {
  const bytes = encodeSubscription({ ...subscription, topics: ['b', 'a'] })
  const hex =
    '0003' +
    '00000002000161000162' +
    '000000020102' +
    '0000000100016100000002' +
    '0000000000000002' +
    '00000007' +
    '00027231'
  assert.equal(bytes.toString('hex'), hex)
  assert.deepEqual(decodeSubscription(bytes), subscription)
})

test('a subscription of version 0 has no owned partitions and no generation', () => {
  const old = Buffer.from('0000' + '00000001000161' + 'ffffffff', 'hex')
  const { topics, ownedPartitions, generationId, userData } = decodeSubscription(old)
  assert.deepEqual([topics, ownedPartitions.size, generationId, userData], [['a'], 0, -1, null])
})

test('a later version is read as the latest known one: fields are only added at the end', () => {
  const later = Buffer.concat([encodeSubscription(subscription), Buffer.from('something new')])
  later.writeInt16BE(9)
  assert.deepEqual(decodeSubscription(later), subscription)
})

test('an assignment comes back as it was, and no bytes are no partitions', () => {
  const partitions = new Map([
    ['a', [3, 1]],
    ['b', [0]],
  ])
  assert.deepEqual(decodeAssignment(encodeAssignment(partitions)), partitions)
  assert.equal(decodeAssignment(Buffer.alloc(0)).size, 0)
})

test('what is no subscription is refused', () => {
  for (const hex of ['', '0003', 'ffff', '00030000ffff']) {
    assert.throws(() => decodeSubscription(Buffer.from(hex, 'hex')), MalformedError)
  }
})
