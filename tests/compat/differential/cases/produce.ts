import {
  attributeBits,
  type Compression,
  compression,
  crc32c,
  fetchRequest,
  layout,
  listOffsetsRequest,
  produceRequest,
} from '@ottla/protocol'
import { type Case, everyVersion, once } from '../case.ts'
import { firstOwnProducerId } from '../normal-form.ts'
import type { AskOptions, Side, Topic } from '../side.ts'
import { batchOf, patched } from './batches.ts'

interface Part {
  readonly topic?: string
  readonly topicId?: string
  readonly index?: number
  readonly records: Buffer | null
}

interface Sent {
  readonly acks?: number
  readonly timeoutMs?: number
  readonly transactionalId?: string | null
}

const unknownId = 'AAAAAAAAAAAAAAAAAAAAQQ'

function send(side: Side, version: number, topic: Topic) {
  return (step: string, parts: readonly Part[], sent: Sent = {}, options: AskOptions = {}) => {
    const { acks = -1, timeoutMs = 10_000, transactionalId = null } = sent
    const topicData = new Map<string, { name: string; topicId: string; partitionData: object[] }>()
    for (const { topic: name = topic.name, topicId = topic.id, index = 0, records } of parts) {
      const data = topicData.get(name) ?? { name, topicId, partitionData: [] }
      data.partitionData.push({ index, records })
      topicData.set(name, data)
    }
    const body = { acks, timeoutMs, transactionalId, topicData: [...topicData.values()] }
    return side.ask(step, produceRequest, version, body as never, options)
  }
}

/** What lies in the partition now. */
const read = (side: Side, topic: Topic, partition = 0) =>
  side.ask('read', fetchRequest, 11, {
    replicaId: -1,
    maxWaitMs: 0,
    minBytes: 0,
    maxBytes: 10_000_000,
    sessionEpoch: -1,
    topics: [{ topic: topic.name, partitions: [{ partition, fetchOffset: 0, partitionMaxBytes: 10_000_000 }] }],
  } as never)

const byTime = (side: Side, topic: Topic, timestamp: number) =>
  side.ask(`offset at ${timestamp < 0 ? timestamp : 'a time'}`, listOffsetsRequest, 7, {
    replicaId: -1,
    topics: [{ name: topic.name, partitions: [{ partitionIndex: 0, timestamp }] }],
  })

const damaged = (bytes: Buffer, change: (bytes: Buffer) => void) => patched(bytes, change, (part) => crc32c(part))
const shifted = (bytes: Buffer, change: (bytes: Buffer) => void) => {
  const copy = Buffer.from(bytes)
  change(copy)
  return copy
}

/** A message of the old format: it must not be taken for a batch. */
function oldMessage(magic: number): Buffer {
  const bytes = Buffer.alloc(40)
  bytes.writeInt32BE(28, 8)
  bytes.writeInt8(magic, 16)
  return bytes
}

/** What a batch may be, zstd apart, is the same in all versions: those in which a rule or the answer's form changed. */
const atMilestones = (version: number) => [3, 6, 7, 8, 10, 13].includes(version)

export const produceCases: readonly Case[] = [
  everyVersion(produceRequest, 'Produce: acks, partitions and topics', async (side, version) => {
    const topic = await side.topic('a', 2)
    const other = await side.topic('b')
    const ask = send(side, version, topic)
    const records = batchOf(side.recordMs, ['one', null, 'three'])
    await ask('acks -1', [{ records }])
    await ask('acks 1', [{ records }], { acks: 1 })
    await ask('acks 0', [{ records }], { acks: 0 }, { on: 'quiet', waitMs: 200 })
    await ask('acks 2', [{ records }], { acks: 2 })
    await ask('acks -2', [{ records }], { acks: -2 })
    await ask('no time', [{ records }], { timeoutMs: 0 })
    await ask('negative time', [{ records }], { timeoutMs: -1 })
    const missing = { topic: side.name('missing'), topicId: unknownId }
    await ask('a missing topic and one that is there', [
      { ...missing, records },
      { index: 1, records },
    ])
    await ask('wrong partitions', [
      { index: 2, records },
      { topic: other.name, topicId: other.id, index: -1, records },
    ])
    await ask('two topics', [{ records }, { topic: other.name, topicId: other.id, records }])
    await ask('an internal topic', [{ topic: '__consumer_offsets', topicId: unknownId, records }])
    await ask('an invalid topic', [{ topic: 'a b', topicId: unknownId, records }])
    await ask('nothing', [])
    await side.ask('no partitions', produceRequest, version, {
      acks: -1,
      timeoutMs: 1_000,
      topicData: [{ name: topic.name, topicId: topic.id, partitionData: [] }],
    })
    await ask('acks 0 to a missing topic', [{ ...missing, records }], { acks: 0 }, { on: 'quiet', waitMs: 5_000 })
    await ask('acks 0 in vain', [{ index: 9, records }], { acks: 0 }, { on: 'quiet', waitMs: 5_000 })
    await read(side, topic)
    await read(side, topic, 1)
  }),
  everyVersion(
    produceRequest,
    'Produce: batches that are not well',
    async (side, version) => {
      const good = batchOf(side.recordMs, ['one', 'two'])
      const bad: readonly (readonly [string, Buffer])[] = [
        ['empty', Buffer.alloc(0)],
        ['a few bytes', Buffer.alloc(7)],
        ['zeros', Buffer.alloc(100)],
        ['cut off', good.subarray(0, good.length - 1)],
        ['only a header', good.subarray(0, 61)],
        ['trailing byte', Buffer.concat([good, Buffer.from([0])])],
        ['two batches', Buffer.concat([good, good])],
        ['bad checksum', shifted(good, (bytes) => bytes.writeUInt32BE(7, layout.crc))],
        ['damaged value', shifted(good, (bytes) => bytes.writeInt8(bytes.at(-2)! ^ 1, bytes.length - 2))],
        ['magic 0', oldMessage(0)],
        ['magic 1', oldMessage(1)],
        ['magic 3', shifted(good, (bytes) => bytes.writeInt8(3, layout.magic))],
        ['magic -1', shifted(good, (bytes) => bytes.writeInt8(-1, layout.magic))],
        ['count too high', damaged(good, (bytes) => bytes.writeInt32BE(3, layout.recordsCount))],
        ['count too low', damaged(good, (bytes) => bytes.writeInt32BE(1, layout.recordsCount))],
        ['count negative', damaged(good, (bytes) => bytes.writeInt32BE(-1, layout.recordsCount))],
        ['count 0', damaged(good, (bytes) => bytes.writeInt32BE(0, layout.recordsCount))],
        [
          'count and delta too high',
          damaged(good, (bytes) => {
            bytes.writeInt32BE(3, layout.recordsCount)
            bytes.writeInt32BE(2, layout.lastOffsetDelta)
          }),
        ],
        ['delta too high', damaged(good, (bytes) => bytes.writeInt32BE(5, layout.lastOffsetDelta))],
        ['delta negative', damaged(good, (bytes) => bytes.writeInt32BE(-1, layout.lastOffsetDelta))],
        ['base offset 5', shifted(good, (bytes) => bytes.writeInt32BE(5, 4))],
        ['leader epoch 9', shifted(good, (bytes) => bytes.writeInt32BE(9, layout.partitionLeaderEpoch))],
        ['codec 5', damaged(good, (bytes) => bytes.writeInt16BE(5, layout.attributes))],
        ['codec 7', damaged(good, (bytes) => bytes.writeInt16BE(7, layout.attributes))],
        ['says gzip', damaged(good, (bytes) => bytes.writeInt16BE(1, layout.attributes))],
        ['says snappy', damaged(good, (bytes) => bytes.writeInt16BE(2, layout.attributes))],
        ['says lz4', damaged(good, (bytes) => bytes.writeInt16BE(3, layout.attributes))],
        ['says zstd', damaged(good, (bytes) => bytes.writeInt16BE(4, layout.attributes))],
        ['control', damaged(good, (bytes) => bytes.writeInt16BE(attributeBits.control, layout.attributes))],
        [
          'log append time',
          damaged(good, (bytes) => bytes.writeInt16BE(attributeBits.logAppendTime, layout.attributes)),
        ],
        [
          'delete horizon',
          damaged(good, (bytes) => bytes.writeInt16BE(attributeBits.deleteHorizon, layout.attributes)),
        ],
        ['unknown attribute', damaged(good, (bytes) => bytes.writeInt16BE(0x100, layout.attributes))],
        ['wrong max timestamp', damaged(good, (bytes) => bytes.writeInt32BE(1, layout.maxTimestamp))],
        ['record length beyond', damaged(good, (bytes) => bytes.writeInt8(0x7e, layout.records))],
        ['record length negative', damaged(good, (bytes) => bytes.writeInt8(0x01, layout.records))],
        ['record attributes', damaged(good, (bytes) => bytes.writeInt8(1, layout.records + 1))],
        ['record delta', damaged(good, (bytes) => bytes.writeInt8(4, layout.records + 3))],
        ['length negative', shifted(good, (bytes) => bytes.writeInt32BE(-1, layout.length))],
        ['length small', shifted(good, (bytes) => bytes.writeInt32BE(10, layout.length))],
        ['length huge', shifted(good, (bytes) => bytes.writeInt32BE(0x7fffffff, layout.length))],
        ['sequence without producer', damaged(good, (bytes) => bytes.writeInt32BE(0, layout.baseSequence))],
        [
          'producer without sequence',
          batchOf(side.recordMs, ['x'], { producerId: firstOwnProducerId, producerEpoch: 0 }),
        ],
        [
          'negative epoch',
          batchOf(side.recordMs, ['x'], { producerId: firstOwnProducerId, producerEpoch: -3, baseSequence: 0 }),
        ],
        ['transactional', batchOf(side.recordMs, ['x'], { isTransactional: true })],
        ['too large', batchOf(side.recordMs, ['x'.repeat(3000)])],
        ['as large as may be', batchOf(side.recordMs, ['x'.repeat(1900)])],
      ]
      // A partition for each, so that what one broker takes and the other does not has no consequences.
      const topic = await side.topic('a', bad.length + 2, { 'max.message.bytes': '2000' })
      const ask = send(side, version, topic)
      for (const [index, [step, records]] of bad.entries()) await ask(step, [{ index, records }])
      const [badSum, tooLarge] = [bad.length, bad.length + 1]
      await ask('one good, one bad', [
        { index: badSum, records: shifted(good, (bytes) => bytes.writeUInt32BE(7, layout.crc)) },
        { index: tooLarge, records: good },
      ])
      await ask('no batch', [{ records: null }], {}, { on: 'no batch', waitMs: 200 })
    },
    atMilestones,
  ),
  everyVersion(
    produceRequest,
    'Produce: every codec',
    async (side, version) => {
      const topic = await side.topic('a', 2)
      const ask = send(side, version, topic)
      const values = ['one', 'two', 'x'.repeat(500)]
      for (const type of ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const) {
        const codec: Compression = await compression(type)
        const records = batchOf(side.recordMs, values, { compression: codec })
        await ask(type, [{ records }])
        await ask(`${type}, two batches`, [{ records: Buffer.concat([records, records]) }])
        const wrongCount = (bytes: Buffer) => {
          bytes.writeInt32BE(4, layout.recordsCount)
          bytes.writeInt32BE(3, layout.lastOffsetDelta)
        }
        await ask(`${type}, wrong count`, [{ index: 1, records: damaged(records, wrongCount) }])
        await ask(`${type}, cut off`, [
          { index: 1, records: damaged(records, (bytes) => bytes.fill(0xff, bytes.length - 6)) },
        ])
      }
      await read(side, topic)
    },
    atMilestones,
  ),
  ...(['gzip', 'snappy', 'lz4', 'zstd', 'uncompressed'] as const).map((type) =>
    once(`Produce: a topic with compression.type=${type}`, async (side) => {
      const topic = await side.topic('a', 1, { 'compression.type': type })
      const ask = send(side, 11, topic)
      for (const from of ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)
        await ask(from, [{ records: batchOf(side.recordMs, ['one', 'two'], { compression: await compression(from) }) }])
      await read(side, topic)
    }),
  ),
  everyVersion(
    produceRequest,
    'Produce: idempotent',
    async (side, version) => {
      const topic = await side.topic('a', 2)
      const ask = send(side, version, topic)
      let producerId = firstOwnProducerId
      const batch = (baseSequence: number, count = 1, producerEpoch = 0) =>
        batchOf(side.recordMs, Array<string>(count).fill('x'), { producerId, producerEpoch, baseSequence })
      const one = (step: string, records: Buffer) => ask(step, [{ records }])
      await one('0 to 2', batch(0, 3))
      await one('0 to 2 again', batch(0, 3))
      await one('3', batch(3))
      await one('0 to 2, older', batch(0, 3))
      await one('0 to 1, not the same', batch(0, 2))
      await one('1 to 3, overlapping', batch(1, 3))
      await one('a gap', batch(9))
      for (let sequence = 4; sequence < 10; sequence++) await one(`${sequence}`, batch(sequence))
      await one('3, no longer remembered', batch(3))
      await one('5, still remembered', batch(5))
      await one('a new epoch from 0', batch(0, 1, 1))
      await one('the old epoch', batch(10))
      await one('the old epoch from 0', batch(0))
      await one('a new epoch not from 0', batch(4, 1, 2))
      await one('another partition', batch(0))
      await ask('another partition, not from 0', [{ index: 1, records: batch(7) }])
      producerId += 1
      await one('an unknown producer, not from 0', batch(7))
      await one('goes on', batch(8))
      producerId += 1
      await one('before the wrap', batch(2 ** 31 - 2, 2))
      await one('after the wrap', batch(0))
      await one('before the wrap again', batch(2 ** 31 - 2, 2))
      producerId += 1
      await one('across the wrap', batch(2 ** 31 - 1, 3))
      await one('behind it', batch(2))
      producerId += 1
      await one('an epoch above 0 first', batch(0, 1, 5))
      await one('an epoch below it', batch(1, 1, 4))
      await one('goes on in its epoch', batch(1, 1, 5))
      await read(side, topic)
    },
    atMilestones,
  ),
  everyVersion(
    produceRequest,
    'Produce: times',
    async (side, version) => {
      const day = 86_400_000
      const bounded = { 'message.timestamp.before.max.ms': String(day), 'message.timestamp.after.max.ms': String(day) }
      const topic = await side.topic('a', 1, bounded)
      const ask = send(side, version, topic)
      await ask('now', [{ records: batchOf(side.recordMs, ['x']) }])
      await ask('too old', [{ records: batchOf(side.recordMs - 3 * day, ['x']) }])
      await ask('too new', [{ records: batchOf(side.recordMs + 3 * day, ['x']) }])
      await ask('none', [{ records: batchOf(-1, ['x']) }])
      await ask('zero', [{ records: batchOf(0, ['x']) }])
      await read(side, topic)
      const stamped = await side.topic('b', 1, { 'message.timestamp.type': 'LogAppendTime', ...bounded })
      const append = send(side, version, stamped)
      await append('log append time', [{ records: batchOf(side.recordMs, ['x', 'y']) }])
      await append('log append time, too old', [{ records: batchOf(side.recordMs - 3 * day, ['x']) }])
      const gzip = await compression('gzip')
      await append('log append time, compressed', [
        { records: batchOf(side.recordMs, ['x', 'y'], { compression: gzip }) },
      ])
      await read(side, stamped)
      const unbounded = await side.topic('c')
      const send3 = send(side, version, unbounded)
      await send3('out of order', [{ records: batchOf(side.recordMs + 5000, ['x']) }])
      await send3('out of order, earlier', [{ records: batchOf(side.recordMs, ['x']) }])
      await send3('no time', [{ records: batchOf(-1, ['x']) }])
      for (const time of [side.recordMs, side.recordMs + 1, side.recordMs + 6000, -1, -2, -3])
        await byTime(side, unbounded, time)
    },
    atMilestones,
  ),
  once('Produce: compacted topics and those with few replicas', async (side) => {
    const compacted = await side.topic('a', 1, { 'cleanup.policy': 'compact' })
    const ask = send(side, 11, compacted)
    await ask('a record without a key', [{ records: batchOf(side.recordMs, ['x', 'no key']) }])
    await ask('a record with a key', [{ records: batchOf(side.recordMs, ['x']) }])
    await ask('a tombstone', [{ records: batchOf(side.recordMs, [null]) }])
    const gzip = await compression('gzip')
    await ask('compressed, without a key', [{ records: batchOf(side.recordMs, ['x', 'y'], { compression: gzip }) }])
    await read(side, compacted)
    const safe = await side.topic('b', 1, { 'min.insync.replicas': '2' })
    const safely = send(side, 11, safe)
    await safely('acks -1 with too few replicas', [{ records: batchOf(side.recordMs, ['x']) }])
    await safely('acks 1 with too few replicas', [{ records: batchOf(side.recordMs, ['x']) }], { acks: 1 })
  }),
  everyVersion(produceRequest, 'Produce: in a transaction that nobody began', async (side, version) => {
    const topic = await side.topic('a')
    const ask = send(side, version, topic)
    const transactional = { isTransactional: true, producerId: firstOwnProducerId, producerEpoch: 0, baseSequence: 0 }
    const records = batchOf(side.recordMs, ['x'], transactional)
    const plain = batchOf(side.recordMs, ['x'])
    await ask('transactional id and batch', [{ records }], { transactionalId: side.name('t') })
    await ask('transactional batch', [{ records }])
    await ask('transactional id', [{ records: plain }], { transactionalId: side.name('t') })
  }),
]
