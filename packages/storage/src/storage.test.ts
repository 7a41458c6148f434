import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { memoryFiles, nodeRuntime, type Runtime } from '@ottla/runtime'
import { openStorage } from './open-storage.ts'
import type { Storage, StorageSettings } from './storage.ts'
import { batchOf, client, failsWith, openPartition, settings, topicId, valuesFrom } from './testing/fixtures.ts'

interface Place {
  readonly runtime: Runtime
  readonly directory: string
  open(changes?: Partial<StorageSettings>): Promise<Storage>
}

const places: Record<string, (use: (place: Place) => Promise<void>) => Promise<void>> = {
  'in memory': async (use) => {
    const runtime = { ...nodeRuntime(), files: memoryFiles() }
    await use(placeAt(runtime, '/data'))
  },
  'on disk': async (use) => {
    const directory = await mkdtemp(join(tmpdir(), 'ottla-storage-'))
    try {
      await use(placeAt(nodeRuntime(), directory))
    } finally {
      await rm(directory, { recursive: true })
    }
  },
}

const placeAt = (runtime: Runtime, directory: string): Place => ({
  runtime,
  directory,
  open: (changes) => openStorage({ runtime, directory, settings: { ...settings, ...changes } }),
})

for (const [where, at] of Object.entries(places))
  describe(`storage ${where}`, () => {
    test('gives out offsets, and serves what was appended', () =>
      at(async ({ open }) => {
        const storage = await open()
        const partition = await openPartition(storage)
        assert.equal((await partition.append(batchOf(['a', 'b']), client)).baseOffset, 0)
        const appended = await partition.append(batchOf(['c']), client)
        assert.deepEqual(appended, {
          baseOffset: 2,
          lastOffset: 2,
          logAppendTimeMs: -1,
          logStartOffset: 0,
          duplicate: false,
        })
        assert.deepEqual(await valuesFrom(partition), ['a', 'b', 'c'])
        assert.deepEqual(await valuesFrom(partition, 1), ['b', 'c'])
        await storage.close()
      }))

    test('a stop that takes long says what it waits for', () =>
      at(async ({ runtime, directory }) => {
        const told: string[] = []
        const log: Runtime['log'] = { ...runtime.log, write: (_, message) => void told.push(message) }
        const storage = await openStorage({
          runtime: { ...runtime, log },
          directory,
          settings: { ...settings, maxPartitionsAtClose: 1 },
        })
        const partition = await openPartition(storage)
        const batch = batchOf(['x'.repeat(20_000)])
        for (let bytes = 0; bytes < 3 * settings.tailBytes; bytes += batch.length)
          await partition.append(Buffer.from(batch), client)
        await storage.close()
        assert.deepEqual(told, ['writing 1 partitions to their segments before the end'])
      }))

    test('has everything after a clean stop, and goes on', () =>
      at(async ({ open }) => {
        const expected: string[] = []
        for (let round = 0; round < 3; round++) {
          const storage = await open()
          const partition = await openPartition(storage)
          assert.deepEqual(await valuesFrom(partition), expected)
          for (let i = 0; i < 400; i++) {
            const value = `${round}-${i}-${'x'.repeat(100)}`
            expected.push(value)
            void partition.append(batchOf([value]), client)
          }
          await storage.keys.commit(new Map([['round', String(round)]]))
          assert.deepEqual(await valuesFrom(partition), expected)
          await storage.close()
        }
      }))

    test('reads what was flushed to segments under a small memory', () =>
      at(async ({ open }) => {
        const storage = await open({ tailBytes: 32 * 1024, checkpointBytes: 64 * 1024 })
        const partition = await openPartition(storage)
        const expected: string[] = []
        const appends: Promise<unknown>[] = []
        for (let i = 0; i < 2000; i++) {
          expected.push(`${i}-${'y'.repeat(200)}`)
          appends.push(partition.append(batchOf([expected[i]!], { timestamp: 1000 * i }), client))
        }
        await Promise.all(appends)
        assert.deepEqual(await valuesFrom(partition), expected)
        for (const i of [0, 1, 77, 1000, 1998, 1999])
          assert.equal((await partition.offsetForTime(1000 * i))?.offset, i, `record ${i}`)
        assert.equal((await partition.offsetForTime(1000 * 5 + 1))?.offset, 6)
        assert.equal(await partition.offsetForTime(1000 * 2000), undefined)
        assert.equal((await partition.offsetOfMaxTimestamp())?.offset, 1999)
        await storage.close()
        const again = await open()
        const reopened = await openPartition(again)
        assert.deepEqual(await valuesFrom(reopened), expected)
        assert.equal((await reopened.offsetForTime(1000 * 1234))?.offset, 1234)
        await again.close()
      }))

    test('keeps keys, and removes them', () =>
      at(async ({ open }) => {
        const storage = await open()
        await storage.keys.commit(
          new Map([
            ['a', '1'],
            ['b', '2'],
          ]),
        )
        await storage.keys.commit(new Map([['a', undefined]]))
        assert.deepEqual([...storage.keys.entries], [['b', '2']])
        await storage.close()
        const again = await open()
        assert.deepEqual([...again.keys.entries], [['b', '2']])
        await again.close()
      }))

    test('answers a repeated batch of an idempotent producer with the first offsets, also after a restart', () =>
      at(async ({ open }) => {
        const producer = { producerId: 7, producerEpoch: 0 }
        const storage = await open()
        const partition = await openPartition(storage)
        const first = batchOf(['a', 'b'], { ...producer, baseSequence: 0 })
        const both = await Promise.all([
          partition.append(Buffer.from(first), client),
          partition.append(Buffer.from(first), client),
        ])
        assert.deepEqual(
          both.map((one) => [one.baseOffset, one.duplicate]),
          [
            [0, false],
            [0, true],
          ],
        )
        await assert.rejects(
          partition.append(batchOf(['z'], { ...producer, baseSequence: 5 }), client),
          failsWith('OUT_OF_ORDER_SEQUENCE_NUMBER'),
        )
        await storage.close()
        const again = await open()
        const reopened = await openPartition(again)
        assert.equal((await reopened.append(Buffer.from(first), client)).duplicate, true)
        assert.equal((await reopened.append(batchOf(['c'], { ...producer, baseSequence: 2 }), client)).baseOffset, 2)
        await assert.rejects(
          reopened.append(batchOf(['c'], { ...producer, producerEpoch: -1, baseSequence: 3 }), client),
          failsWith('INVALID_PRODUCER_EPOCH'),
        )
        assert.deepEqual(await valuesFrom(reopened), ['a', 'b', 'c'])
        await again.close()
      }))

    test('deletes records, segments and topics', () =>
      at(async ({ open, runtime, directory }) => {
        const storage = await open({ tailBytes: 16 * 1024 })
        const partition = await openPartition(storage, { segmentBytes: 4096 })
        for (let i = 0; i < 300; i++) await partition.append(batchOf([`${i}-${'z'.repeat(100)}`]), client)
        assert.equal(await partition.deleteRecords(250), 250)
        assert.equal((await valuesFrom(partition)).length, 50)
        await assert.rejects(async () => valuesFrom(partition, 249), failsWith('OFFSET_OUT_OF_RANGE'))
        assert.ok(partition.sizeBytes < 20_000)
        await storage.close()
        const again = await open()
        const reopened = await openPartition(again)
        assert.equal(reopened.logStartOffset, 250)
        assert.equal((await valuesFrom(reopened)).length, 50)
        await again.deleteTopic(topicId)
        assert.equal(again.partition(topicId, 0), undefined)
        assert.deepEqual(await runtime.files.list(join(directory, 'topics')), [])
        await again.close()
        const last = await open()
        assert.equal(last.partition(topicId, 0), undefined)
        await last.close()
      }))

    test('retention by size and by age', () =>
      at(async ({ open }) => {
        const storage = await open()
        const bySize = await openPartition(storage, { segmentBytes: 4096, retentionBytes: 8192 })
        const byAge = await openPartition(storage, { retentionMs: 1000 }, 1)
        const nothing = await openPartition(storage, { retentionBytes: 0 }, 2)
        for (let i = 0; i < 300; i++) await bySize.append(batchOf([`${i}-${'z'.repeat(100)}`]), client)
        await byAge.append(batchOf(['old']), client)
        await nothing.append(batchOf(['gone']), client)
        await storage.enforceRetention()
        assert.equal(nothing.logStartOffset, 1)
        assert.ok(bySize.sizeBytes >= 8192 && bySize.sizeBytes < 8192 + 4096, `${bySize.sizeBytes}`)
        assert.equal(byAge.logStartOffset, 1)
        assert.equal((await byAge.append(batchOf(['new']), client)).baseOffset, 1)
        await storage.close()
      }))
  })
