import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type LineForm, lineReader } from './line-record.ts'

const plain: LineForm = { keyFormat: 'text', valueFormat: 'text' }

function read(line: string | Buffer, form: Partial<LineForm>): [string | undefined, string | undefined] {
  const { key, value } = lineReader({ ...plain, ...form })(Buffer.from(line))
  return [key?.toString(), value?.toString()]
}

test('a line is a value, with the key of all if there is one', () => {
  assert.deepEqual(read('hello: you', {}), [undefined, 'hello: you'])
  assert.deepEqual(read('', { key: 'k' }), ['k', ''])
})

test('key and value are parted at the first separator', () => {
  assert.deepEqual(read('a::b::c', { keySeparator: '::' }), ['a', 'b::c'])
  assert.deepEqual(read('a\t', { keySeparator: '\t' }), ['a', ''])
  assert.throws(() => read('abc', { keySeparator: ':' }), /no ":" between key and value/)
})

test('the marker of null stands for the whole of a key or value', () => {
  assert.deepEqual(read('NULL:NULL', { keySeparator: ':', null: 'NULL' }), [undefined, undefined])
  assert.deepEqual(read('k:NULLS', { keySeparator: ':', null: 'NULL' }), ['k', 'NULLS'])
  assert.deepEqual(read('NULL', { key: 'k', null: 'NULL', valueFormat: 'base64' }), ['k', undefined])
})

test('text stays as the bytes that it is', () => {
  const bytes = Buffer.from([0xff, 0x00, 0xfe])
  assert.deepEqual(lineReader(plain)(bytes).value, bytes)
})

test('base64 is decoded, and what is none is refused', () => {
  assert.deepEqual(read('aGk=', { valueFormat: 'base64' }), [undefined, 'hi'])
  assert.deepEqual(read('aGk=|aGk=', { keySeparator: '|', keyFormat: 'base64' }), ['hi', 'aGk='])
  for (const text of ['aGk', 'a Gk=', 'hi!!'])
    assert.throws(() => read(text, { valueFormat: 'base64' }), /base64/, text)
})

test('JSON is checked and sent as it was written', () => {
  assert.deepEqual(read('{"a": 1.0}', { valueFormat: 'json' }), [undefined, '{"a": 1.0}'])
  assert.throws(() => read('{a: 1}', { valueFormat: 'json' }), /its value is not JSON/)
})
