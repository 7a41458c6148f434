import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ExpiryQueue } from './expiry-queue.ts'

test('entries come out in the order of their times, and none before its time', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1000)), fc.nat(1000), (times, nowMs) => {
      const queue = new ExpiryQueue<{ atMs: number }>()
      for (const atMs of times) queue.push({ atMs })
      const taken: number[] = []
      for (let due = queue.takeDue(nowMs); due !== undefined; due = queue.takeDue(nowMs)) taken.push(due.atMs)
      const expected = times.filter((atMs) => atMs <= nowMs).sort((a, b) => a - b)
      assert.deepEqual(taken, expected)
      assert.equal(queue.size, times.length - expected.length)
    }),
  )
})
