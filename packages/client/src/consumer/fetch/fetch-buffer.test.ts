import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AssignedPartition } from '../progress/assigned-partition.ts'
import { FetchBuffer } from './fetch-buffer.ts'
import { hasRoom } from './fetch-plan.ts'

const partition = (index: number) => {
  const assigned = new AssignedPartition({ topic: 't', partition: index }, 'nothing')
  assigned.moveTo(0)
  return assigned
}
const chunk = (of: AssignedPartition, fromOffset: number, bytes = 10) => ({
  topicId: undefined,
  partition: of,
  turn: of.turn,
  batches: [],
  fromOffset,
  nextOffset: fromOffset + 1,
  bytes,
})

test('partitions take turns, and the chunks of each keep their order', () => {
  const buffer = new FetchBuffer()
  const [a, b] = [partition(0), partition(1)]
  for (const offset of [0, 1]) for (const each of [a, b]) buffer.add(chunk(each, offset))
  const taken = [1, 2, 3, 4].map(() => buffer.take()!).map((each) => `${each.partition.partition}@${each.fromOffset}`)
  assert.deepEqual(taken, ['0@0', '1@0', '0@1', '1@1'])
  assert.equal(buffer.take(), undefined)
  assert.equal(buffer.bytes, 0)
})

test('paused partitions, and those that may not, keep theirs', () => {
  const buffer = new FetchBuffer()
  const [a, b] = [partition(0), partition(1)]
  buffer.add(chunk(a, 0))
  buffer.add(chunk(b, 0))
  a.isPaused = true
  assert.equal(
    buffer.take((each) => each !== b),
    undefined,
  )
  assert.equal(buffer.take()!.partition, b)
  a.isPaused = false
  assert.equal(buffer.take()!.partition, a)
})

test('what was fetched before a seek is dropped', () => {
  const buffer = new FetchBuffer()
  const a = partition(0)
  buffer.add(chunk(a, 0))
  a.moveTo(100)
  assert.equal(buffer.take(), undefined)
  assert.equal(buffer.bytes, 0)
})

test('a partition with nothing in the buffer is fetched however full that is, and others up to their share', () => {
  const buffer = new FetchBuffer()
  const [a, b] = [partition(0), partition(1)]
  buffer.add(chunk(a, 0, 60))
  assert.equal(hasRoom(a, buffer, 100, 2), false)
  assert.equal(hasRoom(a, buffer, 200, 2), true)
  buffer.add(chunk(a, 1, 200))
  assert.equal(hasRoom(a, buffer, 200, 1), false)
  assert.equal(hasRoom(b, buffer, 100, 2), true)
})
