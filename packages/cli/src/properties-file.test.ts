import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parsedProperties } from './properties-file.ts'

const read = (text: string) => Object.fromEntries(parsedProperties(text))

test('keys and values are parted by =, : or a blank', () => {
  assert.deepEqual(read('a=1\nb: 2\nc 3\nd = 4 \ne\nf=\n'), { a: '1', b: '2', c: '3', d: '4', e: '', f: '' })
})

test('comments and empty lines are skipped', () => {
  assert.deepEqual(read('# one\n! two\n\n   \n  # three\na=1 # not a comment'), { a: '1 # not a comment' })
})

test('a backslash at the end of a line goes on with the next', () => {
  assert.deepEqual(read('a=1,\\\n   2,\\\n\t3\nb=x\\\\\nc=y'), { a: '1,2,3', b: 'x\\', c: 'y' })
})

test('escapes stand for what they do in Java', () => {
  assert.deepEqual(read('a\\=b=c\\:d\\u00e9\\tz'), { 'a=b': 'c:dé\tz' })
})

test('a value may hold the characters that part it from its key', () => {
  assert.deepEqual(read('listeners=PLAINTEXT://0.0.0.0:9092\r\nx=a=b'), {
    listeners: 'PLAINTEXT://0.0.0.0:9092',
    x: 'a=b',
  })
})

test('the last of several lines with one key counts', () => {
  assert.deepEqual(read('a=1\na=2'), { a: '2' })
})
