import assert from 'node:assert/strict'
import { test } from 'node:test'
import { laneOf } from './key-lane.ts'

test('a key always has the same lane, as bytes and as text', () => {
  for (const key of ['a', 'order-17', 'ä']) {
    const lane = laneOf(key, 1, 16)
    assert.equal(laneOf(Buffer.from(key), 99, 16), lane)
    assert.ok(lane >= 0 && lane < 16)
  }
  assert.equal(laneOf({ id: 1 }, 1, 16), laneOf({ id: 1 }, 2, 16))
})

test('keys are spread over the lanes, and records without a key too', () => {
  const counts = new Array(8).fill(0)
  for (let i = 0; i < 8_000; i++) counts[laneOf(`key-${i}`, 0, 8)]++
  assert.ok(
    counts.every((count) => count > 700 && count < 1_300),
    `${counts}`,
  )
  assert.deepEqual(
    [0, 1, 2, 3].map((offset) => laneOf(null, offset, 4)),
    [0, 1, 2, 3],
  )
})
