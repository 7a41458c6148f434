import assert from 'node:assert/strict'
import { test } from 'node:test'
import { durationMs, pair, partitions, place, positive, setting, shift } from './argument-values.ts'

test('a place is a name, an offset, a time or how long ago', () => {
  assert.equal(place('beginning'), 'beginning')
  assert.equal(place('end'), 'end')
  assert.deepEqual(place('42'), { offset: 42 })
  assert.deepEqual(place('-1h30m'), { agoMs: 5_400_000 })
  assert.deepEqual(place('-500ms'), { agoMs: 500 })
  assert.deepEqual(place('2026-01-31T12:00:00Z'), { timeMs: 1_769_860_800_000 })
  assert.deepEqual(place('2026-01-31T13:00:00.000+01:00'), { timeMs: 1_769_860_800_000 })
  assert.deepEqual(place('2026-01-31'), { timeMs: 1_769_817_600_000 })
  for (const text of ['', 'start', '-1', '1h', '-1y', '2026-13-01', '2026-1-1', 'tomorrow', '99999999999999999999'])
    assert.throws(() => place(text), /Write/, text)
})

test('partitions are numbers, lists and ranges, each once and in order', () => {
  assert.deepEqual(partitions('3'), [3])
  assert.deepEqual(partitions('4-6,0, 5', partitions('2')), [0, 2, 4, 5, 6])
  for (const text of ['', 'x', '1-', '-1', '1;2']) assert.throws(() => partitions(text), /Write/, text)
})

test('settings and pairs are parted at the first =', () => {
  assert.deepEqual([...setting('a=b=c', new Map([['a', 'x']]))], [['a', 'b=c']])
  assert.deepEqual(pair('h=1', pair('h=')), [
    ['h', ''],
    ['h', '1'],
  ])
  for (const text of ['', 'a', '=b']) assert.throws(() => setting(text, new Map()), /key=value/, text)
})

test('numbers and durations are checked', () => {
  assert.equal(durationMs('2m'), 120_000)
  assert.equal(durationMs('1.5s'), 1_500)
  for (const text of ['', '10', '0s', '-1s', 's']) assert.throws(() => durationMs(text), /unit/, text)
  assert.equal(positive('3'), 3)
  for (const text of ['0', '-1', '1.5', 'x', '']) assert.throws(() => positive(text), /Write/, text)
  assert.equal(shift('-10'), -10)
  assert.equal(shift('+10'), 10)
  assert.throws(() => shift('1h'), /Write/)
})
