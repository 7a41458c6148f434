import {
  batchHeaderBytes,
  type Compression,
  compression,
  compressionTypes,
  crc32c,
  fetchRequest,
  layout,
  lengthOverhead,
  listOffsetsRequest,
  produceRequest,
  Writer,
} from '@ottla/protocol'
import { type Case, once } from '../case.ts'
import type { Side, Topic } from '../side.ts'

// What a batch holds, when that is not what its header says. The checksum is right: a client made it so.

interface CraftedRecord {
  readonly attributes?: number
  readonly timestampDelta?: number
  readonly offsetDelta: number
  readonly key?: string | null
  readonly value?: string | null
  /** In place of the true ones. */
  readonly length?: number
  readonly keyLength?: number
  readonly valueLength?: number
  readonly headersCount?: number
  readonly headerKeyLength?: number
}

function recordBytes(crafted: CraftedRecord): Buffer {
  const { key = 'k', value = 'value', headersCount = 0, headerKeyLength } = crafted
  const body = new Writer()
  body.int8(crafted.attributes ?? 0)
  body.varlong(crafted.timestampDelta ?? 0)
  body.varint(crafted.offsetDelta)
  body.varint(crafted.keyLength ?? (key === null ? -1 : key.length))
  if (key !== null) body.raw(Buffer.from(key))
  body.varint(crafted.valueLength ?? (value === null ? -1 : value.length))
  if (value !== null) body.raw(Buffer.from(value))
  body.varint(headersCount)
  if (headerKeyLength !== undefined) {
    body.varint(headerKeyLength)
    if (headerKeyLength > 0) body.raw(Buffer.alloc(headerKeyLength, 'h'))
    body.varint(0)
  }
  const bytes = body.finish()
  const record = new Writer()
  record.varint(crafted.length ?? bytes.length)
  record.raw(bytes)
  return record.finish()
}

interface CraftedBatch {
  readonly timestamp: number
  readonly records: Buffer
  readonly count: number
  readonly codec: Compression
  readonly maxTimestamp?: number
  readonly lastOffsetDelta?: number
}

function batchBytes({ timestamp, records, count, codec, maxTimestamp, lastOffsetDelta }: CraftedBatch): Buffer {
  const packed = codec.compress(records)
  const bytes = Buffer.alloc(batchHeaderBytes + packed.length)
  bytes.writeInt32BE(bytes.length - lengthOverhead, layout.length)
  bytes.writeInt32BE(-1, layout.partitionLeaderEpoch)
  bytes.writeInt8(2, layout.magic)
  bytes.writeInt16BE(compressionTypes.indexOf(codec.type), layout.attributes)
  bytes.writeInt32BE(lastOffsetDelta ?? count - 1, layout.lastOffsetDelta)
  bytes.writeBigInt64BE(BigInt(timestamp), layout.baseTimestamp)
  bytes.writeBigInt64BE(BigInt(maxTimestamp ?? timestamp), layout.maxTimestamp)
  bytes.writeBigInt64BE(-1n, layout.producerId)
  bytes.writeInt16BE(-1, layout.producerEpoch)
  bytes.writeInt32BE(-1, layout.baseSequence)
  bytes.writeInt32BE(count, layout.recordsCount)
  bytes.set(packed, batchHeaderBytes)
  return resummed(bytes)
}

function resummed(bytes: Buffer): Buffer {
  bytes.writeUInt32BE(crc32c(bytes, layout.attributes), layout.crc)
  return bytes
}

const good: readonly CraftedRecord[] = [{ offsetDelta: 0 }, { offsetDelta: 1 }, { offsetDelta: 2 }]
const second = (change: Partial<CraftedRecord>): Buffer =>
  Buffer.concat(good.map((record, at) => recordBytes(at === 1 ? { ...record, ...change } : record)))

/** Records by what is wrong with them; three unless told. */
const wrong: Readonly<Record<string, { readonly records: Buffer; readonly count?: number }>> = {
  nothing: { records: second({}) },
  'fewer than claimed': { records: second({}), count: 4 },
  'more than claimed': { records: second({}), count: 2 },
  'a byte behind': { records: Buffer.concat([second({}), Buffer.from([0])]) },
  'a record cut off': { records: second({}).subarray(0, -3) },
  'no records at all': { records: Buffer.alloc(0) },
  'offsets that begin at 1': { records: Buffer.concat([1, 2, 3].map((offsetDelta) => recordBytes({ offsetDelta }))) },
  'an offset twice': { records: second({ offsetDelta: 0 }) },
  'an offset left out': { records: second({ offsetDelta: 7 }) },
  'a negative offset': { records: second({ offsetDelta: -5 }) },
  'a length too small': { records: second({ length: 4 }) },
  'a length one short': { records: second({ length: 11 }) },
  'a length one more': { records: second({ length: 13 }) },
  'a negative length': { records: second({ length: -1 }) },
  'a huge length': { records: second({ length: 2 ** 31 - 1 }) },
  'a key that is too long': { records: second({ keyLength: 100 }) },
  'a key that is a little too long': { records: second({ keyLength: 3 }) },
  'a key length of -2': { records: second({ keyLength: -2, key: null }) },
  'a value that is too long': { records: second({ valueLength: 100 }) },
  'a value that is too short': { records: second({ valueLength: 2 }) },
  'a value length of -2': { records: second({ valueLength: -2, value: null }) },
  'headers that are not there': { records: second({ headersCount: 3 }) },
  'a negative number of headers': { records: second({ headersCount: -1 }) },
  'a huge number of headers': { records: second({ headersCount: 2 ** 30 }) },
  'a header without a key': { records: second({ headersCount: 1, headerKeyLength: -1 }) },
  'a header with an empty key': { records: second({ headersCount: 1, headerKeyLength: 0 }) },
  'attributes of a record': { records: second({ attributes: 0x55 }) },
}

function send(side: Side, topic: Topic) {
  return (step: string, records: Buffer, index = 0) =>
    side.ask(step, produceRequest, 11, {
      acks: -1,
      timeoutMs: 10_000,
      topicData: [{ name: topic.name, topicId: topic.id, partitionData: [{ index, records }] }],
    } as never)
}

const read = (side: Side, topic: Topic) =>
  side.ask('read', fetchRequest, 11, {
    replicaId: -1,
    maxWaitMs: 0,
    minBytes: 0,
    maxBytes: 10_000_000,
    sessionEpoch: -1,
    topics: [{ topic: topic.name, partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 10_000_000 }] }],
  } as never)

const largestTime = (side: Side, topic: Topic) =>
  side.ask('largest time', listOffsetsRequest, 7, {
    replicaId: -1,
    topics: [{ name: topic.name, partitions: [{ partitionIndex: 0, timestamp: -3 }] }],
  })

const wrongInside = (type: (typeof compressionTypes)[number]) =>
  once(`Produce: batches of ${type} with something wrong inside`, async (side) => {
    const codec = await compression(type)
    const all = Object.entries(wrong)
    // Each has a partition of its own, so that what one broker takes and the other does not moves no offsets.
    const topic = await side.topic('a', all.length)
    const ask = send(side, topic)
    const batch = (records: Buffer, count = 3) => batchBytes({ timestamp: side.recordMs, records, count, codec })
    for (const [index, [name, { records, count }]] of all.entries()) await ask(name, batch(records, count), index)
    if (type === 'none') return
    const whole = batch(second({}))
    const cut = Buffer.from(whole.subarray(0, -6))
    cut.writeInt32BE(cut.length - lengthOverhead, layout.length)
    await ask('compressed bytes cut off', resummed(cut))
    await ask('not compressed at all', resummed(batchBytesAs(whole, second({}))))
    await ask('nothing compressed', resummed(batchBytesAs(whole, Buffer.alloc(0))))
  })

/** The header of one batch, and other bytes in place of its records. */
function batchBytesAs(batch: Buffer, records: Buffer): Buffer {
  const bytes = Buffer.concat([batch.subarray(0, batchHeaderBytes), records])
  bytes.writeInt32BE(bytes.length - lengthOverhead, layout.length)
  return bytes
}

const wrongTimes = (type: 'none' | 'gzip') =>
  once(`Produce: batches of ${type} with other times than they say`, async (side) => {
    const codec = await compression(type)
    const day = 86_400_000
    const bounded = { 'message.timestamp.before.max.ms': String(day), 'message.timestamp.after.max.ms': String(day) }
    const times: Readonly<Record<string, { readonly deltas: readonly number[]; readonly maxDelta: number }>> = {
      right: { deltas: [0, 5, 2], maxDelta: 5 },
      'the largest is larger': { deltas: [0, 500, 2], maxDelta: 5 },
      'the largest is smaller': { deltas: [0, 1, 2], maxDelta: 900 },
      'the largest is far too large': { deltas: [0, 1, 2], maxDelta: 90 * day },
      'one is before all bounds': { deltas: [0, -3 * day, 2], maxDelta: 2 },
      'one is behind all bounds': { deltas: [0, 3 * day, 2], maxDelta: 2 },
      'one is before 1970': { deltas: [0, -side.recordMs - 5, 2], maxDelta: 2 },
    }
    for (const [suffix, configs] of [
      ['bounded', bounded],
      ['free', {}],
      ['appended', { 'message.timestamp.type': 'LogAppendTime', ...bounded }],
    ] as const) {
      const topic = await side.topic(suffix, 1, configs)
      const ask = send(side, topic)
      for (const [name, { deltas, maxDelta }] of Object.entries(times)) {
        const records = deltas.map((timestampDelta, offsetDelta) => recordBytes({ timestampDelta, offsetDelta }))
        const maxTimestamp = side.recordMs + maxDelta
        await ask(
          `${suffix}: ${name}`,
          batchBytes({ timestamp: side.recordMs, records: Buffer.concat(records), count: 3, codec, maxTimestamp }),
        )
        if (suffix !== 'appended') await largestTime(side, topic)
      }
      await read(side, topic)
    }
  })

const withoutKeys = (type: 'none' | 'gzip') =>
  once(`Produce: batches of ${type} without keys for a compacted topic`, async (side) => {
    const codec = await compression(type)
    const topic = await side.topic('a', 1, { 'cleanup.policy': 'compact' })
    const ask = send(side, topic)
    const some = [null, 'k', null].map((key, offsetDelta) => recordBytes({ key, offsetDelta }))
    await ask('two of three', batchBytes({ timestamp: side.recordMs, records: Buffer.concat(some), count: 3, codec }))
    await ask('a good one', batchBytes({ timestamp: side.recordMs, records: second({}), count: 3, codec }))
    await ask(
      'a bad one',
      batchBytes({ timestamp: side.recordMs, records: wrong['a negative length']!.records, count: 3, codec }),
    )
  })

export const recordCases: readonly Case[] = [
  ...compressionTypes.map(wrongInside),
  ...(['none', 'gzip'] as const).flatMap((type) => [wrongTimes(type), withoutKeys(type)]),
]
