import { deepEqual, equal, ok, rejects, throws } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compression } from '../compression/compression.ts'
import { KafkaError } from '../errors.ts'
import { noSpec, specJson } from '../testing/spec.ts'
import { pack } from './batch-builder.ts'
import { endMarkerOf, packEndMarker } from './control-batch.ts'
import { layout } from './layout.ts'
import { packedBatchAt, packedBatches } from './packed-batch.ts'
import { producedBatch } from './produced.ts'
import { openRecords, unpack } from './unpacked.ts'

const cases: Buffer[] =
  noSpec === false ? specJson('record-batches.json').map((c: any) => Buffer.from(c.hex, 'hex')) : []
const timestamp = 1_700_000_000_000
const three = () => pack(['a', 'b', 'c'].map((value) => ({ timestamp, value: Buffer.from(value) })))
const refusedAs = (name: string) => (error: unknown) => error instanceof KafkaError && error.name === name

test("a damaged batch of Kafka's is read, or refused with Kafka's error, and nothing else", {
  skip: noSpec,
}, async () => {
  const damage = fc.array(fc.record({ at: fc.nat(), byte: fc.nat(255) }), { minLength: 1, maxLength: 5 })
  const property = fc.asyncProperty(
    fc.nat(cases.length - 1),
    damage,
    fc.boolean(),
    async (which, changes, inHeader) => {
      const bytes = Buffer.from(cases[which]!)
      for (const { at, byte } of changes) bytes[at % (inHeader ? layout.records : bytes.length)] = byte
      try {
        for (const batch of packedBatches(bytes)) {
          batch.setMaxTimestamp('LogAppendTime', timestamp)
          await unpack(batch, 10_000_000)
          if (batch.isControl) endMarkerOf(batch)
        }
      } catch (error) {
        ok(error instanceof KafkaError, String(error))
      }
    },
  )
  await fc.assert(property, { numRuns: 3000 })
})

test('a damaged batch does not have its checksum', { skip: noSpec }, () => {
  for (const original of cases) {
    for (let at: number = layout.crc; at < Math.min(original.length, 200); at += 3) {
      const bytes = Buffer.from(original)
      bytes[at]! ^= 0x10
      ok(!packedBatchAt(bytes, 0)!.intact)
    }
  }
})

test('batches of a buffer are read until one is cut off', () => {
  const one = three().bytes
  const both = Buffer.concat([one, one])
  equal(packedBatches(both).length, 2)
  for (let end = one.length; end < both.length; end++) equal(packedBatches(both.subarray(0, end)).length, 1)
  equal(packedBatches(both.subarray(0, one.length - 1)).length, 0)
  equal(packedBatches(both, one.length).length, 1)
})

test('offset and leader epoch are patched without touching the checksum', () => {
  const batch = three()
  batch.baseOffset = 2 ** 40 + 5
  batch.partitionLeaderEpoch = 77
  ok(batch.intact)
  deepEqual([batch.baseOffset, batch.lastOffset, batch.nextOffset], [2 ** 40 + 5, 2 ** 40 + 7, 2 ** 40 + 8])
  equal(batch.partitionLeaderEpoch, 77)
})

test("the broker's time replaces that of every record, and the checksum follows", async () => {
  const batch = three()
  batch.setMaxTimestamp('LogAppendTime', timestamp + 5)
  ok(batch.intact)
  deepEqual(
    (await unpack(batch)).map((record) => record.timestamp),
    [timestamp + 5, timestamp + 5, timestamp + 5],
  )
})

test('a batch of an older magic is an invalid record, and one of no magic is corrupt', () => {
  for (const [magic, error] of [
    [0, 'INVALID_RECORD'],
    [1, 'INVALID_RECORD'],
    [3, 'CORRUPT_MESSAGE'],
    [-1, 'CORRUPT_MESSAGE'],
  ] as const) {
    const { bytes } = three()
    bytes.writeInt8(magic, layout.magic)
    throws(() => producedBatch(bytes), refusedAs(error))
  }
})

test('a batch that is shorter than its header is corrupt', () => {
  for (const length of [-1, 0, 48]) {
    const { bytes } = three()
    bytes.writeInt32BE(length, layout.length)
    throws(() => producedBatch(bytes), refusedAs('CORRUPT_MESSAGE'))
  }
})

test('a produce carries one whole batch whose header agrees with itself', () => {
  const { bytes } = three()
  equal(producedBatch(bytes).recordsCount, 3)
  throws(() => producedBatch(null), refusedAs('INVALID_RECORD'))
  throws(() => producedBatch(Buffer.alloc(0)), refusedAs('INVALID_RECORD'))
  throws(() => producedBatch(bytes.subarray(0, -1)), refusedAs('INVALID_RECORD'))
  throws(() => producedBatch(Buffer.concat([bytes, bytes])), refusedAs('INVALID_RECORD'))
  throws(() => producedBatch(pack([{ timestamp }], { baseOffset: 1 }).bytes), refusedAs('INVALID_RECORD'))
  throws(() => producedBatch(pack([{ timestamp, offsetDelta: 1 }]).bytes), refusedAs('INVALID_RECORD'))
  throws(() => producedBatch(pack([{ timestamp }], { isControl: true }).bytes), refusedAs('INVALID_RECORD'))
  throws(() => producedBatch(pack([{ timestamp }], { producerId: 5 }).bytes), refusedAs('INVALID_RECORD'))
  const damaged = Buffer.from(bytes)
  damaged[damaged.length - 1]! ^= 1
  throws(() => producedBatch(damaged), refusedAs('CORRUPT_MESSAGE'))
})

test('the epoch of an idempotent producer is not negative', () => {
  const producer = { producerId: 5, baseSequence: 0 }
  equal(producedBatch(pack([{ timestamp }], { ...producer, producerEpoch: 0 }).bytes).producerEpoch, 0)
  const { bytes } = pack([{ timestamp }], { ...producer, producerEpoch: -2 })
  throws(() => producedBatch(bytes), refusedAs('INVALID_PRODUCER_EPOCH'))
})

test('a batch that claims fewer or more records than it has is refused when it is unpacked', async () => {
  for (const count of [-1, 0, 2, 4, 2 ** 31 - 1]) {
    const batch = three()
    batch.bytes.writeInt32BE(count, layout.recordsCount)
    await rejects(unpack(batch), refusedAs('INVALID_RECORD'))
  }
})

test('a code that stands for no compression is refused', async () => {
  const batch = three()
  batch.bytes.writeInt16BE(5, layout.attributes)
  await rejects(unpack(batch), refusedAs('UNSUPPORTED_COMPRESSION_TYPE'))
})

test('a batch that unpacks to more than the limit is refused', async () => {
  const value = Buffer.alloc(1_000_000)
  const batch = pack([{ timestamp, value }], { compression: await compression('gzip') })
  await rejects(unpack(batch, 100_000), refusedAs('INVALID_RECORD'))
})

test('sequences of a batch go around after the largest', () => {
  const records = [{ timestamp }, { timestamp }, { timestamp }]
  equal(pack(records, { producerId: 1, producerEpoch: 0, baseSequence: 2 ** 31 - 2 }).lastSequence, 0)
})

test('a cursor goes over records without keeping any, and says how long each is', async () => {
  const headers = [
    { key: 'trace', value: Buffer.from('1') },
    { key: '', value: null },
  ]
  const batch = pack(
    [
      { timestamp, key: Buffer.from('k'), headers },
      { timestamp: timestamp + 1, value: Buffer.from('v') },
    ],
    { baseOffset: 9 },
  )
  const cursor = await openRecords(batch)
  ok(cursor.next())
  deepEqual([cursor.offset, cursor.timestamp, cursor.key, cursor.value], [9, timestamp, Buffer.from('k'), null])
  deepEqual(cursor.headers, headers)
  const first = cursor.sizeBytes
  ok(cursor.next())
  deepEqual([cursor.offset, cursor.timestamp, cursor.key, cursor.value], [10, timestamp + 1, null, Buffer.from('v')])
  equal(first + cursor.sizeBytes, batch.recordBytes.length)
  ok(!cursor.next())
})

test('any records come back from a batch', async () => {
  const bytes = fc.option(fc.uint8Array({ maxLength: 30 }).map((array) => Buffer.from(array)))
  const header = fc.record(
    { key: fc.string({ unit: 'grapheme', maxLength: 5 }), value: bytes },
    { noNullPrototype: true },
  )
  const record = fc.record(
    { timestamp: fc.maxSafeNat(), key: bytes, value: bytes, headers: fc.array(header, { maxLength: 3 }) },
    { noNullPrototype: true },
  )
  const codecs = await Promise.all((['none', 'lz4'] as const).map(compression))
  const property = fc.asyncProperty(
    fc.array(record, { minLength: 1, maxLength: 8 }),
    fc.constantFrom(...codecs),
    async (records, codec) => {
      const batch = pack(records, { compression: codec })
      ok(batch.intact)
      deepEqual(
        await unpack(batch),
        records.map((each, offset) => ({ offset, ...each })),
      )
      equal(batch.maxTimestamp, Math.max(...records.map((each) => each.timestamp)))
    },
  )
  await fc.assert(property, { numRuns: 300 })
})

test('a control batch of another kind is no end of a transaction', () => {
  const marker = { result: 'commit', producerId: 1, producerEpoch: 0, coordinatorEpoch: 3, timestamp } as const
  deepEqual(endMarkerOf(packEndMarker(marker)), marker)
  const leaderChange = pack([{ timestamp, key: Buffer.from([0, 0, 0, 2]), value: Buffer.alloc(0) }], {
    isControl: true,
  })
  equal(endMarkerOf(leaderChange), undefined)
  throws(() => endMarkerOf(pack([{ timestamp }], { isControl: true })), refusedAs('INVALID_RECORD'))
})
