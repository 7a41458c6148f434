import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32c } from '@ottla/protocol'
import { DamagedLogError } from './damaged-log-error.ts'
import type { Partition } from './partition.ts'
import { batchOf, client, failsWith, openPartition, valuesFrom } from './testing/fixtures.ts'
import { fragilePlace } from './testing/fragile-files.ts'

async function appendAll(partition: Partition, values: readonly string[]): Promise<void> {
  for (const value of values) await partition.append(batchOf([value]), client)
}

const numbers = (count: number) => Array.from({ length: count }, (_, i) => `${i}-${'x'.repeat(50)}`)

test('damage in the middle of the commit log is reported by file and position, and not served', async () => {
  const place = fragilePlace()
  await appendAll(await openPartition(await place.open()), numbers(10))
  const [path] = await place.paths('commit')
  await place.damage(path!, 700)
  await assert.rejects(place.open(), (error) => {
    assert.ok(error instanceof DamagedLogError)
    assert.equal(error.path, path)
    assert.ok(error.position > 40 && error.position <= 700)
    return true
  })
})

test('a commit file that has lost its header is reported', async () => {
  const place = fragilePlace()
  await appendAll(await openPartition(await place.open()), numbers(2))
  const [path] = await place.paths('commit')
  await place.damage(path!, 12)
  await assert.rejects(place.open(), DamagedLogError)
})

test('a commit file of a newer version is named, and left as it is', async () => {
  const place = fragilePlace()
  await appendAll(await openPartition(await place.open()), numbers(2))
  const [path] = await place.paths('commit')
  const file = await place.runtime.files.open(path!, 'write')
  const header = Buffer.from(await file.read(0, 40))
  header.writeUInt16BE(header.readUInt16BE(8) + 1, 8)
  header.writeUInt32BE(crc32c(header.subarray(0, 36)), 36)
  await file.write(0, [header])
  await assert.rejects(place.open(), (error: Error) => error.message.startsWith(`${path} is of version`))
  assert.deepEqual(await file.read(0, 40), header)
})

test('topics whose commit log and checkpoints are gone are reported, and not removed as deleted ones', async () => {
  const place = fragilePlace()
  const storage = await place.open({ smallTailBytes: 0 })
  await appendAll(await openPartition(storage), numbers(10))
  await storage.close()
  const below = 'topics/events=topic-1-id-123456789012/0'
  const segments = await place.paths(below)
  for (const directory of ['checkpoints', 'commit'])
    for (const path of await place.paths(directory)) await place.runtime.files.remove(path)
  for (let start = 0; start < 2; start++) await assert.rejects(place.open(), DamagedLogError)
  assert.deepEqual(await place.paths(below), segments)
})

test('a torn entry at the end of the commit log is cut', async () => {
  const place = fragilePlace()
  const values = numbers(10)
  await appendAll(await openPartition(await place.open()), values)
  const [path] = await place.paths('commit')
  await place.damage(path!, (await place.runtime.files.size(path!))! - 1)
  const partition = await openPartition(await place.open())
  assert.deepEqual(await valuesFrom(partition), values.slice(0, 9))
  assert.equal((await partition.append(batchOf(['next']), client)).baseOffset, 9)
  const again = await openPartition(await place.open())
  assert.deepEqual(await valuesFrom(again), [...values.slice(0, 9), 'next'])
})

test('a damaged checkpoint is replaced by the one before it, and nothing is lost', async () => {
  const place = fragilePlace()
  const values = numbers(30)
  for (let from = 0; from < 30; from += 10) {
    const storage = await place.open({ smallTailBytes: from === 10 ? 0 : 100_000 })
    await appendAll(await openPartition(storage), values.slice(from, from + 10))
    await storage.keys.commit(new Map([['from', String(from)]]))
    await storage.close()
  }
  const checkpoints = await place.paths('checkpoints')
  assert.equal(checkpoints.length, 2)
  for (const position of [100, (await place.runtime.files.size(checkpoints[1]!))! - 1]) {
    await place.damage(checkpoints[1]!, position)
    const storage = await place.open()
    assert.deepEqual(await valuesFrom(await openPartition(storage)), values)
    assert.equal(storage.keys.entries.get('from'), '20')
    assert.ok(place.lines.some((line) => line.startsWith('error') && line.includes(checkpoints[1]!)))
    await place.damage(checkpoints[1]!, position)
  }
})

test('a damaged batch in a segment fails its reads, with a line that says where, and no others', async () => {
  const place = fragilePlace()
  const values = numbers(20)
  const storage = await place.open({ smallTailBytes: 0 })
  await appendAll(await openPartition(storage), values)
  await appendAll(await openPartition(storage, {}, 1), values)
  await storage.close()
  const again = await place.open()
  const [damaged, whole] = [await openPartition(again), await openPartition(again, {}, 1)]
  const [, path] = await place.paths('topics/events=topic-1-id-123456789012/0')
  await place.damage(path!, 1000)
  await assert.rejects(valuesFrom(damaged), failsWith('KAFKA_STORAGE_ERROR'))
  assert.ok(place.lines.some((line) => line.includes(`${path} is damaged at byte`)))
  assert.deepEqual(await valuesFrom(whole), values)
  assert.deepEqual(await valuesFrom(damaged, 15), values.slice(15))
  assert.equal((await damaged.append(batchOf(['on']), client)).baseOffset, 20)
})

test('a segment file that was cut off, or is gone, fails its reads, with a line that says where', async () => {
  // Within the last batch, within its header, everything, and the file.
  for (const kept of [-1, -110, 0, undefined]) {
    const place = fragilePlace()
    const values = numbers(20)
    const storage = await place.open({ smallTailBytes: 0 })
    await appendAll(await openPartition(storage), values)
    await storage.close()
    const [, path] = await place.paths('topics/events=topic-1-id-123456789012/0')
    const size = (await place.runtime.files.size(path!))!
    if (kept === undefined) await place.runtime.files.remove(path!)
    else await place.cut(path!, kept < 0 ? size + kept : kept)
    const partition = await openPartition(await place.open())
    await assert.rejects(valuesFrom(partition, 19), failsWith('KAFKA_STORAGE_ERROR'))
    assert.ok(place.lines.some((line) => line.startsWith('error') && line.includes(path!)))
    assert.equal((await partition.append(batchOf(['on']), client)).baseOffset, 20)
  }
})

test('an index that is damaged, or missing, is made again', async () => {
  for (const breakIndex of [
    (place: ReturnType<typeof fragilePlace>, path: string) => place.damage(path, 25),
    (place: ReturnType<typeof fragilePlace>, path: string) => place.runtime.files.remove(path),
  ]) {
    const place = fragilePlace()
    const values = numbers(100)
    const storage = await place.open({ smallTailBytes: 0 })
    await appendAll(await openPartition(storage), values)
    await storage.close()
    const [index] = await place.paths('topics/events=topic-1-id-123456789012/0')
    assert.ok(index!.endsWith('.index'))
    await breakIndex(place, index!)
    const again = await openPartition(await place.open())
    assert.deepEqual(await valuesFrom(again), values)
    assert.equal((await again.offsetForTime(1_700_000_000_000))?.offset, 0)
  }
})

test('when the disk is full appends are refused and reads go on, and later appends go on too', async () => {
  const place = fragilePlace()
  const storage = await place.open()
  const partition = await openPartition(storage)
  await appendAll(partition, ['a', 'b'])
  place.fault = 'ENOSPC'
  const refused = [batchOf(['c']), batchOf(['d'])].map((batch) => partition.append(batch, client))
  for (const append of refused) await assert.rejects(append, failsWith('KAFKA_STORAGE_ERROR'))
  await assert.rejects(storage.keys.commit(new Map([['k', 'v']])), failsWith('KAFKA_STORAGE_ERROR'))
  assert.deepEqual(await valuesFrom(partition), ['a', 'b'])
  place.fault = undefined
  assert.equal((await partition.append(batchOf(['e']), client)).baseOffset, 2)
  assert.deepEqual(await valuesFrom(partition), ['a', 'b', 'e'])
  assert.equal(storage.keys.entries.size, 0)
  await storage.close()
  assert.deepEqual(await valuesFrom(await openPartition(await place.open())), ['a', 'b', 'e'])
})
