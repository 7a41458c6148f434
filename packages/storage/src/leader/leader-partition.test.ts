import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { compression, compressionTypes, crc32c, layout, lengthOverhead, pack, packedBatchAt } from '@ottla/protocol'
import type { Partition } from '../partition.ts'
import { batchOf, client, failsWith, openPartition, valuesFrom } from '../testing/fixtures.ts'
import { fragilePlace } from '../testing/fragile-files.ts'
import type { TopicSettings } from '../topic-settings.ts'

async function partitionWith(settings: Partial<TopicSettings> = {}): Promise<Partition> {
  return openPartition(await fragilePlace().open(), settings)
}

async function storedBatch(partition: Partition) {
  const options = { from: 0, maxBytes: 1e6, atLeastOneBatch: true, isolation: 'read_uncommitted' } as const
  const { batches } = await partition.read(options)
  return packedBatchAt(Buffer.from(batches[0]!), 0)!
}

/** With its checksum set right: so the client made it. */
function patched(batch: Buffer, change: (bytes: Buffer) => void): Buffer {
  change(batch)
  batch.writeUInt32BE(crc32c(batch, layout.attributes), layout.crc)
  return batch
}

describe('a batch is refused', () => {
  test('above max.message.bytes', async () => {
    const partition = await partitionWith({ maxMessageBytes: 200 })
    await assert.rejects(partition.append(batchOf(['x'.repeat(200)]), client), failsWith('MESSAGE_TOO_LARGE'))
    assert.equal(partition.highWatermark, 0)
  })

  test('when its timestamps are out of range', async () => {
    const partition = await partitionWith({ messageTimestampAfterMaxMs: 1000 })
    const late = batchOf(['x'], { timestamp: Date.now() + 60_000 })
    await assert.rejects(partition.append(late, client), failsWith('INVALID_TIMESTAMP'))
    const young = await partitionWith({ messageTimestampBeforeMaxMs: 1000 })
    await assert.rejects(young.append(batchOf(['x']), client), failsWith('INVALID_TIMESTAMP'))
  })

  test('without keys in a compacted topic', async () => {
    const partition = await partitionWith({ cleanup: { compact: true, delete: false } })
    await assert.rejects(partition.append(batchOf(['x'], { keyless: true }), client), failsWith('INVALID_RECORD'))
    await partition.append(batchOf(['x']), client)
  })

  test('when its header tells another time than a record has, and the record is out of range', async () => {
    const partition = await partitionWith({ messageTimestampAfterMaxMs: 1000 })
    const late = patched(batchOf(['x', 'y'], { timestamp: Date.now() + 60_000 }), (bytes) =>
      bytes.writeBigInt64BE(BigInt(Date.now()), layout.maxTimestamp),
    )
    await assert.rejects(partition.append(late, client), failsWith('INVALID_TIMESTAMP'))
  })

  for (const type of compressionTypes)
    test(`when its records, packed with ${type}, are not what it claims`, async () => {
      const partition = await partitionWith()
      const codec = await compression(type)
      const packed = (deltas: readonly number[]) =>
        Buffer.from(
          pack(
            deltas.map((offsetDelta) => ({ timestamp: 1, offsetDelta })),
            { compression: codec },
          ).bytes,
        )
      const claiming = (count: number) => (bytes: Buffer) => {
        bytes.writeInt32BE(count, layout.recordsCount)
        bytes.writeInt32BE(count - 1, layout.lastOffsetDelta)
      }
      const cut = (bytes: Buffer) => {
        const short = bytes.subarray(0, -1)
        short.writeInt32BE(short.length - lengthOverhead, layout.length)
        return short
      }
      const bad = [
        patched(packed([0, 1, 2]), claiming(2)),
        patched(packed([0, 1, 2]), claiming(4)),
        packed([0, 2, 2]),
        patched(cut(packed([0, 1, 2])), () => {}),
      ]
      for (const batch of bad) await assert.rejects(partition.append(batch, client), failsWith('INVALID_RECORD'))
      assert.equal((await partition.append(packed([0, 1, 2]), client)).baseOffset, 0)
    })

  test('when nobody knows how it is compressed', async () => {
    const partition = await partitionWith()
    const strange = patched(batchOf(['x']), (bytes) => bytes.writeInt16BE(5, layout.attributes))
    await assert.rejects(partition.append(strange, client), failsWith('UNSUPPORTED_COMPRESSION_TYPE'))
  })

  test('when its checksum is wrong, and the next one is not', async () => {
    const partition = await partitionWith()
    const batch = batchOf(['x'])
    batch[batch.length - 1]! ^= 1
    await assert.rejects(partition.append(batch, client), failsWith('CORRUPT_MESSAGE'))
    assert.equal((await partition.append(batchOf(['y']), client)).baseOffset, 0)
  })
})

test('the largest time of a batch is that of its records, whatever its header claims', async () => {
  const partition = await partitionWith({ messageTimestampAfterMaxMs: Infinity })
  const claiming = patched(batchOf(['a', 'b'], { timestamp: 1000 }), (bytes) =>
    bytes.writeBigInt64BE(5000n, layout.maxTimestamp),
  )
  await partition.append(claiming, client)
  const batch = await storedBatch(partition)
  assert.equal(batch.maxTimestamp, 1001)
  assert.ok(batch.intact)
  assert.equal((await partition.offsetOfMaxTimestamp())?.offset, 1)
})

test('under LogAppendTime all records have the time of the broker', async () => {
  const partition = await partitionWith({ messageTimestampType: 'LogAppendTime' })
  const { logAppendTimeMs } = await partition.append(batchOf(['a', 'b']), client)
  assert.ok(logAppendTimeMs > 1_700_000_000_000)
  const batch = await storedBatch(partition)
  assert.equal(batch.timestampType, 'LogAppendTime')
  assert.equal(batch.maxTimestamp, logAppendTimeMs)
  assert.ok(batch.intact)
})

test('compression.type packs batches anew, in the order in which they came', async () => {
  const partition = await partitionWith({ compressionType: 'gzip' })
  const appends = ['a', 'b', 'c'].map((value) => partition.append(batchOf([value]), client))
  assert.deepEqual(
    (await Promise.all(appends)).map((one) => one.baseOffset),
    [0, 1, 2],
  )
  const batch = await storedBatch(partition)
  assert.equal(batch.compression, 'gzip')
  assert.ok(batch.intact)
  assert.deepEqual(await valuesFrom(partition), ['a', 'b', 'c'])
  const plain = await partitionWith({ compressionType: 'uncompressed' })
  const value = Buffer.from('v')
  const gzipped = pack([{ timestamp: 1, key: value, value }], { compression: await compression('gzip') })
  await plain.append(gzipped.bytes, client)
  assert.equal((await storedBatch(plain)).compression, 'none')
})

test('the sixth batch before is not remembered, the fifth is', async () => {
  const partition = await partitionWith()
  const sent = (baseSequence: number) =>
    partition.append(batchOf([`${baseSequence}`], { producerId: 1, producerEpoch: 0, baseSequence }), client)
  for (let sequence = 0; sequence < 6; sequence++) await sent(sequence)
  assert.deepEqual([(await sent(1)).duplicate, (await sent(1)).baseOffset], [true, 1])
  await assert.rejects(sent(0), failsWith('OUT_OF_ORDER_SEQUENCE_NUMBER'))
})

test('sequences go around after 2^31 - 1', async () => {
  const partition = await partitionWith()
  const producer = { producerId: 1, producerEpoch: 0 }
  await partition.append(batchOf(['a', 'b'], { ...producer, baseSequence: 2 ** 31 - 2 }), client)
  await partition.append(batchOf(['c'], { ...producer, baseSequence: 0 }), client)
  assert.equal(partition.producers()[0]?.lastSequence, 0)
})

test('a new producer epoch begins with sequence 0, and fences the old one', async () => {
  const partition = await partitionWith()
  const send = (producerEpoch: number, baseSequence: number) =>
    partition.append(batchOf(['x'], { producerId: 1, producerEpoch, baseSequence }), client)
  await send(3, 0)
  await assert.rejects(send(4, 1), failsWith('OUT_OF_ORDER_SEQUENCE_NUMBER'))
  await send(4, 0)
  await assert.rejects(send(3, 1), failsWith('INVALID_PRODUCER_EPOCH'))
})

test('listeners hear of the high watermark once it has moved', async () => {
  const partition = await partitionWith()
  const heard: number[] = []
  const remove = partition.onChange(() => heard.push(partition.highWatermark))
  await partition.append(batchOf(['a', 'b']), client)
  remove()
  await partition.append(batchOf(['c']), client)
  assert.deepEqual(heard, [2])
})

test('bytesAvailable tells what is readable from an offset on', async () => {
  const partition = await partitionWith()
  await partition.append(batchOf(['a']), client)
  const first = partition.bytesAvailable(0, 'read_uncommitted', 1e9)
  await partition.append(batchOf(['b']), client)
  assert.equal(partition.bytesAvailable(0, 'read_uncommitted', 1e9), partition.sizeBytes)
  assert.equal(partition.bytesAvailable(1, 'read_uncommitted', 1e9), partition.sizeBytes - first)
  assert.equal(partition.bytesAvailable(2, 'read_uncommitted', 1e9), 0)
  assert.equal(partition.bytesAvailable(0, 'read_uncommitted', 10), 10)
})

test('an epoch ends where the next one begins, and the current one where the log ends', async () => {
  const partition = await partitionWith()
  await partition.append(batchOf(['a', 'b']), client)
  partition.leaderEpoch = 3
  assert.deepEqual(partition.endOfEpoch(3), { epoch: 3, endOffset: 2 })
  assert.deepEqual(partition.endOfEpoch(1), { epoch: 0, endOffset: 2 })
  await partition.append(batchOf(['c']), client)
  assert.deepEqual(partition.endOfEpoch(3), { epoch: 3, endOffset: 3 })
  assert.deepEqual(partition.endOfEpoch(2), { epoch: 0, endOffset: 2 })
  assert.equal(partition.endOfEpoch(4), undefined)
  assert.deepEqual([partition.epochOf(1), partition.epochOf(2)], [0, 3])
})
