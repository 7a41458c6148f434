import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { OffsetProgress } from './offset-progress.ts'

test('only what lies before the first unfinished record counts as processed', () => {
  const progress = new OffsetProgress(7)
  const [seven, eight, nine] = [progress.begin(8), progress.begin(9), progress.begin(10)]
  progress.done(nine)
  progress.done(seven)
  assert.equal(progress.processed, 8)
  progress.done(eight)
  assert.equal(progress.processed, 10)
  assert.equal(progress.unfinishedCount, 0)
})

test('what was committed counts as processed, though records before it are unfinished', () => {
  const progress = new OffsetProgress(7)
  const [seven] = [progress.begin(8), progress.begin(9)]
  progress.reach(9)
  progress.done(seven)
  assert.equal(progress.processed, 9)
  progress.reach(8)
  assert.equal(progress.processed, 9)
})

test('in whatever order records finish, the processed offset is the first unfinished one', () => {
  const order = fc
    .integer({ min: 1, max: 60 })
    .chain((count) => fc.shuffledSubarray([...Array(count).keys()], { minLength: count, maxLength: count }))
  fc.assert(
    fc.property(order, (finishing) => {
      const progress = new OffsetProgress(0)
      const pending = finishing.map((_, offset) => progress.begin(offset + 1))
      const unfinished = new Set(finishing)
      for (const offset of finishing) {
        progress.done(pending[offset]!)
        unfinished.delete(offset)
        assert.equal(progress.processed, Math.min(finishing.length, ...unfinished))
        assert.equal(progress.unfinishedCount, finishing.length - progress.processed)
      }
    }),
  )
})
