import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type PackedBatch, pack, packEndMarker } from '@ottla/protocol'
import { visibleBatches } from './visible-batches.ts'

const producerEpoch = 0
function batch(baseOffset: number, producerId: number, isTransactional = true): PackedBatch {
  const record = { timestamp: 1, key: null, value: Buffer.from(`${baseOffset}`) }
  return pack([record], { baseOffset, producerId, producerEpoch, baseSequence: 0, isTransactional })
}
function marker(baseOffset: number, producerId: number, result: 'abort' | 'commit'): PackedBatch {
  return packEndMarker({ result, producerId, producerEpoch, coordinatorEpoch: 0, timestamp: 1 }, baseOffset)
}
const offsets = (batches: PackedBatch[]) => batches.map((each) => each.baseOffset)

test('aborted records are left out until the marker, and what the producer writes later is seen', () => {
  const log = [batch(10, 1), batch(11, 2), batch(12, 1), marker(13, 1, 'abort'), batch(14, 1), batch(15, 2)]
  assert.deepEqual(offsets(visibleBatches(log, [{ producerId: 1, firstOffset: 10 }])), [11, 14, 15])
})

test('a transaction that begins later does not hide what its producer committed before', () => {
  const log = [batch(10, 1), marker(11, 1, 'commit'), batch(12, 1), marker(13, 1, 'abort')]
  assert.deepEqual(offsets(visibleBatches(log, [{ producerId: 1, firstOffset: 12 }])), [10])
})

test('an answer may begin in the middle of an aborted transaction, and name several of one producer', () => {
  const log = [batch(10, 1), marker(11, 1, 'abort'), batch(12, 1), marker(13, 1, 'abort'), batch(14, 1)]
  const aborted = [
    { producerId: 1, firstOffset: 12 },
    { producerId: 1, firstOffset: 3 },
  ]
  assert.deepEqual(offsets(visibleBatches(log, aborted)), [14])
})

test('records outside of transactions are seen though their producer id aborts', () => {
  const log = [batch(10, 1, false), batch(11, 1), marker(12, 1, 'abort')]
  assert.deepEqual(offsets(visibleBatches(log, [{ producerId: 1, firstOffset: 10 }])), [10])
})

test('control batches are never seen, and with read_uncommitted all else is', () => {
  const log = [batch(10, 1), marker(11, 1, 'abort'), marker(12, 2, 'commit')]
  assert.deepEqual(offsets(visibleBatches(log, null)), [10])
})
