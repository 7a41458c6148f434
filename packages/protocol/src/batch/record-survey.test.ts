import { deepEqual, equal, ok, throws } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Writer } from '../codec/writer.ts'
import { KafkaError } from '../errors.ts'
import { pack } from './batch-builder.ts'
import { surveyRecords } from './record-survey.ts'
import { unpack } from './unpacked.ts'

const timestamp = 1_700_000_000_000
const three = () => pack(['a', 'b', 'c'].map((value) => ({ timestamp, value: Buffer.from(value) })))
const isInvalid = (error: unknown) => error instanceof KafkaError && error.name === 'INVALID_RECORD'
const refused = (records: Buffer, count: number) => throws(() => surveyRecords(records, count), isInvalid)

/** One record; the numbers in place of the true lengths, where given. */
function recordOf(wrong: {
  key?: number
  value?: number
  headers?: number
  headerKey?: number
  more?: number
}): Buffer {
  const body = new Writer()
  body.raw(Buffer.from([0, 0, 0]))
  body.varint(wrong.key ?? -1)
  body.varint(wrong.value ?? -1)
  body.varint(wrong.headers ?? 0)
  if (wrong.headerKey !== undefined) {
    body.varint(wrong.headerKey)
    body.varint(0)
  }
  const bytes = body.finish()
  const record = new Writer()
  record.varint(bytes.length + (wrong.more ?? 0))
  record.raw(bytes)
  return record.finish()
}

test('a survey tells the range of times, and whether a key is missing', () => {
  const key = Buffer.from('k')
  const batch = pack([
    { timestamp, key },
    { timestamp: timestamp - 1e10, key },
    { timestamp: timestamp + 5, key },
  ])
  const { leastTimestampDelta, mostTimestampDelta, keyless } = surveyRecords(batch.recordBytes, 3)
  deepEqual([leastTimestampDelta, mostTimestampDelta, keyless], [-1e10, 5, false])
  ok(surveyRecords(three().recordBytes, 3).keyless)
})

test('a batch has as many records as it claims, and nothing behind them', () => {
  const { recordBytes } = three()
  surveyRecords(recordBytes, 3)
  for (const count of [0, 1, 2, 4, 2 ** 31 - 1]) refused(recordBytes, count)
  for (let end = 0; end < recordBytes.length; end++) refused(recordBytes.subarray(0, end), 3)
  refused(Buffer.concat([recordBytes, Buffer.alloc(1)]), 3)
})

test('the offsets of a batch run from 0 up', () => {
  for (const deltas of [[1], [-1], [0, 0], [0, 2], [1, 0]]) {
    const batch = pack(deltas.map((offsetDelta) => ({ timestamp, offsetDelta })))
    refused(batch.recordBytes, deltas.length)
  }
})

test('lengths within a record lead to its end', () => {
  surveyRecords(recordOf({}), 1)
  surveyRecords(recordOf({ headers: 1, headerKey: 0 }), 1)
  for (const more of [-5, -1, 1, 1000, -1000]) refused(recordOf({ more }), 1)
  for (const length of [1, 2, 5, 1000, 2 ** 31 - 1]) {
    refused(recordOf({ key: length }), 1)
    refused(recordOf({ value: length }), 1)
    refused(recordOf({ headers: length }), 1)
    refused(recordOf({ headers: 1, headerKey: length }), 1)
  }
  refused(recordOf({ headers: -1 }), 1)
  refused(recordOf({ headers: 1, headerKey: -1 }), 1)
})

test('a number without an end is refused', () => {
  refused(Buffer.alloc(100, 0xff), 1)
  refused(Buffer.concat([Buffer.from([0xc6, 0x01, 0x00]), Buffer.alloc(97, 0x80)]), 1)
})

// What the survey lets pass a consumer reads to the end, and it finds the same.
test('records with any damage are refused, or can be read', async () => {
  const bytes = fc.option(fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array)))
  const header = fc.record({ key: fc.string({ maxLength: 5 }), value: bytes }, { noNullPrototype: true })
  const record = fc.record(
    { timestamp: fc.nat(), key: bytes, value: bytes, headers: fc.array(header, { maxLength: 3 }) },
    { noNullPrototype: true },
  )
  const damage = fc.array(fc.record({ at: fc.nat(), byte: fc.nat(255) }), { maxLength: 3 })
  const property = fc.asyncProperty(
    fc.array(record, { minLength: 1, maxLength: 6 }),
    damage,
    async (records, changes) => {
      const batch = pack(records)
      const { recordBytes } = batch
      for (const { at, byte } of changes) recordBytes[at % recordBytes.length] = byte
      try {
        const survey = surveyRecords(recordBytes, records.length)
        const read = await unpack(batch)
        equal(batch.baseTimestamp + survey.mostTimestampDelta, Math.max(...read.map((one) => one.timestamp)))
        equal(batch.baseTimestamp + survey.leastTimestampDelta, Math.min(...read.map((one) => one.timestamp)))
        deepEqual(
          read.map((one) => one.offset),
          records.map((_, offset) => offset),
        )
        equal(
          survey.keyless,
          read.some((one) => one.key === null),
        )
      } catch (error) {
        ok(isInvalid(error), String(error))
        if (changes.length === 0) throw error
      }
    },
  )
  await fc.assert(property, { numRuns: 2000 })
})
