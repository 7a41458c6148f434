import assert from 'node:assert/strict'
import { test } from 'node:test'
import { coordinatorPartition, javaStringHash } from './java-hash.ts'

test('strings hash as in Java', () => {
  // From jshell: "…".hashCode().
  assert.equal(javaStringHash(''), 0)
  assert.equal(javaStringHash('hello'), 99162322)
  assert.equal(javaStringHash('polygenelubricants'), -2147483648)
  assert.equal(javaStringHash('grüße-日本'), 346453725)
})

test('each key has its partition, the one without an absolute value included', () => {
  assert.equal(coordinatorPartition('polygenelubricants', 50), 0)
  assert.equal(coordinatorPartition('hello', 50), 22)
})
