import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConsumerRecord } from '@ottla/client'
import { recordTemplate } from './record-template.ts'

const record = {
  topic: 't',
  partition: 2,
  offset: 7,
  timestamp: 1_000,
  key: null,
  value: Buffer.from([0xff, 0x41]),
  headers: [
    { key: 'a', value: Buffer.from('b') },
    { key: 'c', value: null },
  ],
} as unknown as ConsumerRecord

const filled = (template: string) =>
  Buffer.concat(recordTemplate(template)(record).map((part) => Buffer.from(part as Uint8Array))).toString('latin1')

test('placeholders are filled in, and bytes stay as they are', () => {
  assert.equal(filled('{topic}-{partition}@{offset} {key}={value}'), 't-2@7 null=\xffA\n')
  assert.equal(filled('{timestamp} {timestamp:ms} {headers}'), '1970-01-01T00:00:01.000Z 1000 a=b,c=null\n')
  assert.equal(filled('{value:base64} {value:hex} {key:hex}'), '/0E= ff41 null\n')
})

test('a backslash makes tabs and line breaks, and braces without a name in them stay', () => {
  assert.equal(filled('a\\tb\\nc\\\\n { } }{'), 'a\tb\nc\\n { } }{\n')
})

test('a placeholder that is not known is told, with those that are', () => {
  assert.throws(() => recordTemplate('{kye}'), /unknown placeholder \{kye\}; there are .*\{key\}/)
})
