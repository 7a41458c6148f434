import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { compression } from '../compression/compression.ts'
import { noSpec, specJson } from '../testing/spec.ts'
import { type NewRecord, pack } from './batch-builder.ts'
import { endMarkerOf, packEndMarker } from './control-batch.ts'
import { type PackedBatch, packedBatches } from './packed-batch.ts'
import { type UnpackedRecord, unpack } from './unpacked.ts'

const cases: any[] = noSpec === false ? specJson('record-batches.json') : []
const ofRecords = cases.filter((c) => c.control === undefined)
const ofMarkers = cases.filter((c) => c.control !== undefined)

const batchOf = (c: any): PackedBatch => {
  const [batch, ...others] = packedBatches(Buffer.from(c.hex, 'hex'))
  equal(others.length, 0)
  return batch!
}

const asSpec = (record: UnpackedRecord) => ({
  offset: record.offset,
  timestamp: record.timestamp,
  key: record.key?.toString('hex') ?? null,
  value: record.value?.toString('hex') ?? null,
  headers: record.headers.map(({ key, value }) => [key, value?.toString('hex') ?? null]),
})

test("the header of each of Kafka's batches is read in place", { skip: noSpec }, () => {
  equal(ofRecords.length, 60)
  for (const c of ofRecords) {
    const batch = batchOf(c)
    ok(batch.intact)
    equal(batch.crc, c.crc)
    equal(batch.baseOffset, c.baseOffset)
    equal(batch.lastOffset, c.lastOffset)
    equal(batch.maxTimestamp, c.maxTimestamp)
    equal(batch.partitionLeaderEpoch, c.partitionLeaderEpoch)
    equal(batch.compression, c.compression)
    equal(batch.timestampType, c.timestampType)
    equal(batch.isTransactional, c.transactional)
    equal(batch.isControl, false)
    equal(batch.exactProducerId, BigInt(c.producerId))
    equal(batch.producerEpoch, c.producerEpoch)
    equal(batch.baseSequence, c.baseSequence)
    equal(batch.recordsCount, c.records.length)
  }
})

test("the records of each of Kafka's batches are unpacked, whatever the codec", { skip: noSpec }, async () => {
  for (const c of ofRecords) deepEqual((await unpack(batchOf(c))).map(asSpec), c.records, c.hex)
})

test('a batch packed without compression is byte for byte that of Kafka', { skip: noSpec }, async () => {
  const plain = ofRecords.filter((c) => c.compression === 'none')
  ok(plain.length >= 10)
  for (const c of plain) {
    const batch = batchOf(c)
    equal(pack(await newRecordsOf(batch), optionsOf(batch)).bytes.toString('hex'), c.hex)
  }
})

test('a batch packed with any codec unpacks to the same records', { skip: noSpec }, async () => {
  for (const c of ofRecords) {
    const batch = batchOf(c)
    const again = pack(await newRecordsOf(batch), {
      ...optionsOf(batch),
      compression: await compression(batch.compression),
    })
    ok(again.intact)
    equal(again.attributes, batch.attributes)
    deepEqual((await unpack(again)).map(asSpec), c.records)
  }
})

test("markers of transactions are read, and packed byte for byte as Kafka's", { skip: noSpec }, () => {
  equal(ofMarkers.length, 2)
  for (const c of ofMarkers) {
    const batch = batchOf(c)
    ok(batch.intact && batch.isControl && batch.isTransactional)
    const marker = endMarkerOf(batch)!
    equal(marker.result, c.control.toLowerCase())
    equal(marker.producerId, c.producerId)
    equal(marker.producerEpoch, c.producerEpoch)
    equal(marker.coordinatorEpoch, c.coordinatorEpoch)
    equal(packEndMarker(marker, c.baseOffset, c.partitionLeaderEpoch).bytes.toString('hex'), c.hex)
  }
})

/** The records with the producer's own timestamps, which a batch of LogAppendTime keeps but does not show. */
async function newRecordsOf(batch: PackedBatch): Promise<NewRecord[]> {
  const [copy] = packedBatches(Buffer.from(batch.bytes))
  copy!.setMaxTimestamp('CreateTime', batch.maxTimestamp)
  const records = await unpack(copy!)
  return records.map((record) => ({ ...record, offsetDelta: record.offset - batch.baseOffset }))
}

function optionsOf(batch: PackedBatch) {
  const {
    baseOffset,
    partitionLeaderEpoch,
    exactProducerId: producerId,
    producerEpoch,
    baseSequence,
    isTransactional,
  } = batch
  const logAppendTime = batch.timestampType === 'LogAppendTime' ? { logAppendTime: batch.maxTimestamp } : {}
  return {
    baseOffset,
    partitionLeaderEpoch,
    producerId,
    producerEpoch,
    baseSequence,
    isTransactional,
    ...logAppendTime,
  }
}
