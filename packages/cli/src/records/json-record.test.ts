import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConsumerRecord } from '@ottla/client'
import fc from 'fast-check'
import { jsonOfRecord, recordOfJson } from './json-record.ts'

const bytesOf = (content: string | Uint8Array | null | undefined) =>
  content === null || content === undefined ? null : Buffer.from(content as Uint8Array)

const read = (text: string) => {
  const { key, value, headers, ...rest } = recordOfJson(Buffer.from(text))
  const pairs = [...(headers as Iterable<readonly [string, Uint8Array | null]>)]
  return {
    ...rest,
    key: bytesOf(key),
    value: bytesOf(value),
    headers: pairs.map(([name, content]) => ({ key: name, value: bytesOf(content) })),
  }
}

test('what is written is what is read, for any bytes', () => {
  const bytes = fc.option(
    fc.oneof(
      fc.uint8Array().map((array) => Buffer.from(array)),
      fc.string().map((text) => Buffer.from(text)),
    ),
  )
  const headers = fc.array(fc.record({ key: fc.string(), value: bytes }, { noNullPrototype: true }))
  fc.assert(
    fc.property(bytes, bytes, headers, fc.nat(), (key, value, given, timestamp) => {
      const record = { topic: 't', partition: 3, offset: 7, timestamp, key, value, headers: given, leaderEpoch: 0 }
      const line = jsonOfRecord(record as unknown as ConsumerRecord)
      assert.deepEqual(read(line), { partition: 3, timestamp, key, value, headers: given })
    }),
  )
})

test('what is not UTF-8 is marked as base64', () => {
  const record = {
    topic: 't',
    partition: 0,
    offset: 1,
    timestamp: 5,
    key: Buffer.from('ä'),
    value: Buffer.from([0xff]),
  }
  assert.equal(
    jsonOfRecord({ ...record, headers: [{ key: 'h', value: Buffer.from([0xfe]) }] } as unknown as ConsumerRecord),
    '{"topic":"t","partition":0,"offset":1,"timestamp":5,"key":"ä","value":"/w==","valueEncoding":"base64",' +
      '"headers":[{"name":"h","value":"/g==","encoding":"base64"}]}',
  )
})

test('what is no text is JSON, headers may be an object, and a time may be ISO', () => {
  const line = '{"key":1,"value":{"cents":250},"headers":{"a":"b","c":null},"timestamp":"1970-01-01T00:00:01Z"}'
  assert.deepEqual(read(line), {
    key: Buffer.from('1'),
    value: Buffer.from('{"cents":250}'),
    headers: [
      { key: 'a', value: Buffer.from('b') },
      { key: 'c', value: null },
    ],
    partition: undefined,
    timestamp: 1000,
  })
})

test('a line that is no record is told why', () => {
  const cases: readonly [string, RegExp][] = [
    ['{', /not JSON/],
    ['[1]', /not a JSON object/],
    ['{"key":"a"}', /no "value".*tombstone/],
    ['{"vale":"a"}', /no field "vale".*key, value, headers/],
    ['{"value":"a","valueEncoding":"hex"}', /encoding of its value/],
    ['{"value":"?","valueEncoding":"base64"}', /its value is not base64/],
    ['{"value":"a","headers":7}', /headers/],
    ['{"value":"a","headers":[{"key":"a"}]}', /"name"/],
    ['{"value":"a","partition":-1}', /partition/],
    ['{"value":"a","timestamp":"noon"}', /timestamp/],
  ]
  for (const [line, message] of cases) assert.throws(() => recordOfJson(Buffer.from(line)), message, line)
})
