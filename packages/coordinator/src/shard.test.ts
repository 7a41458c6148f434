import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ErrorCode, KafkaError } from '@ottla/protocol'
import { silentLog } from '@ottla/runtime'
import type { CoordinatorRecord } from './coordinator-log.ts'
import { Shard } from './shard.ts'
import type { StateMachine } from './state-machine.ts'
import type { Step, Ticket, Wake } from './step.ts'
import { MemoryLog, type MemoryLogFaults } from './testing/memory-log.ts'

/** The smallest state machine: a value for each key. */
class Values implements StateMachine {
  readonly values = new Map<string, string>()
  readonly parked: Ticket<string>[] = []

  set(key: string, value: string | null, step: Step): void {
    const record = { key: Buffer.from(key), value: value === null ? null : Buffer.from(value) }
    step.records.push(record)
    this.replay(record)
  }
  replay({ key, value }: CoordinatorRecord): void {
    if (value === null) this.values.delete(String(key))
    else this.values.set(String(key), String(value))
  }
  *snapshot() {
    for (const [key, value] of this.values) yield [{ key: Buffer.from(key), value: Buffer.from(value) }]
  }
  loaded(): void {}
  wake(): void {}
  waiting() {
    return this.parked
  }
}

/** A disk that takes as long as the test wants. */
class Disk implements MemoryLogFaults {
  readonly pending: (() => void)[] = []
  held = false
  next: 'before' | 'after' | undefined
  delay = () => (this.held ? new Promise<void>((resolve) => this.pending.push(resolve)) : Promise.resolve())
  failure = () => {
    const next = this.next
    this.next = undefined
    return next
  }
  async release(): Promise<void> {
    while (this.pending.length > 0) {
      this.pending.shift()!()
      await settled()
    }
  }
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

async function shardOn(disk: Disk, cleaner = { minBytes: Infinity }) {
  const log = new MemoryLog(1, disk)
  await log.create()
  const make = () =>
    new Shard<Values>({
      partition: 0,
      log,
      logger: silentLog,
      now: () => ({ wallMs: 1, monotonicMs: 1 }),
      create: () => new Values(),
      onWake: (_: Wake) => {},
      cleanerMinBytes: () => cleaner.minBytes,
    })
  const shard = make()
  await shard.load()
  const set = (key: string, value: string | null) => shard.submit((machine, step) => machine.set(key, value, step))
  const get = (key: string) => shard.submit((machine) => machine.values.get(key))
  const reloaded = async () => {
    const other = make()
    await other.load()
    return other.submit((machine) => Object.fromEntries(machine.values))
  }
  return { log, shard, set, get, reloaded }
}

const isDone = async (promise: Promise<unknown>) => {
  let done = false
  promise.then(
    () => (done = true),
    () => (done = true),
  )
  await settled()
  return done
}

test('a command is answered when its records are durable', async () => {
  const disk = new Disk()
  const { set } = await shardOn(disk)
  disk.held = true
  const answer = set('a', '1')
  assert.equal(await isDone(answer), false)
  await disk.release()
  await answer
})

test('nobody reads what is not durable yet', async () => {
  const disk = new Disk()
  const { set, get } = await shardOn(disk)
  disk.held = true
  void set('a', '1')
  const read = get('a')
  assert.equal(await isDone(read), false)
  await disk.release()
  assert.equal(await read, '1')
})

test('reading waits for nothing when nothing is on its way', async () => {
  const disk = new Disk()
  const { set, get } = await shardOn(disk)
  await set('a', '1')
  disk.held = true
  assert.equal(await get('a'), '1')
})

test('answers leave in the order of their commands', async () => {
  const disk = new Disk()
  const { set, get } = await shardOn(disk)
  disk.held = true
  const order: string[] = []
  const all = [
    set('a', '1').then(() => order.push('first')),
    get('a').then(() => order.push('second')),
    set('a', '2').then(() => order.push('third')),
  ]
  await settled()
  await disk.release()
  await Promise.all(all)
  assert.deepEqual(order, ['first', 'second', 'third'])
})

test('when the log refuses, all that was not answered fails and what is in the log counts', async () => {
  const disk = new Disk()
  const { shard, set, get } = await shardOn(disk)
  await set('a', '1')
  const parked: unknown[] = []
  await shard.submit((machine) => {
    machine.parked.push({ settle() {}, fail: (error) => parked.push(error) })
  })
  disk.held = true
  disk.next = 'before'
  const write = set('a', '2')
  const read = get('a')
  const results = Promise.allSettled([write, read])
  await settled()
  await disk.release()
  const isStorageError = (error: unknown) => error instanceof KafkaError && error.code === ErrorCode.KAFKA_STORAGE_ERROR
  for (const result of await results) assert.ok(result.status === 'rejected' && isStorageError(result.reason))
  assert.ok(isStorageError(parked[0]))
  disk.held = false
  assert.equal(await get('a'), '1')
  await set('a', '3')
  assert.equal(await get('a'), '3')
})

test('an append that fails though its records are in the log is seen afterwards', async () => {
  const disk = new Disk()
  const { set, get } = await shardOn(disk)
  disk.next = 'after'
  await assert.rejects(set('a', '1'))
  assert.equal(await get('a'), '1')
})

test('a command that throws half-way leaves nothing of its half', async () => {
  const { shard, get } = await shardOn(new Disk())
  const half = shard.submit((machine, step) => {
    machine.set('a', '1', step)
    throw new Error('a defect')
  })
  await assert.rejects(half, /a defect/)
  assert.equal(await get('a'), undefined)
})

test('a log that has grown far beyond the live state is cleaned, and replays to the same', async () => {
  const { log, shard, set, reloaded } = await shardOn(new Disk(), { minBytes: 1000 })
  for (let i = 0; i < 2000; i++) {
    await set(`key ${i % 7}`, `value ${i}`)
    if (i % 10 === 0) await set(`gone ${i}`, null)
  }
  await shard.cleaning
  assert.ok(log.recordsCount(0) < 100, `${log.recordsCount(0)} records`)
  const live = await shard.submit((machine) => Object.fromEntries(machine.values))
  assert.equal(Object.keys(live).length, 7)
  assert.deepEqual(await reloaded(), live)
})

test('a log of nothing but tombstones is emptied', async () => {
  const { log, shard, set, reloaded } = await shardOn(new Disk(), { minBytes: 1000 })
  await set('big', 'x'.repeat(2000)).then(() => shard.cleaning)
  await set('big', null)
  for (let i = 0; i < 2000; i++) await set(`key ${i}`, null)
  await shard.cleaning
  assert.ok(log.recordsCount(0) < 300)
  assert.deepEqual(await reloaded(), {})
})

test('while the log is cleaned commands go on, and nothing of them is lost', async () => {
  const disk = new Disk()
  const cleaner = { minBytes: Infinity }
  const { log, shard, set, reloaded } = await shardOn(disk, cleaner)
  const big = 'x'.repeat(10_000)
  for (let i = 0; i < 150; i++) await set(`key ${i}`, big)
  cleaner.minBytes = 0
  await set('last', 'before cleaning')
  disk.held = true
  const late: Promise<unknown>[] = []
  for (let i = 0; i < 150; i++) {
    late.push(set(`key ${i}`, i % 3 === 0 ? null : `late ${i}`))
    disk.pending.shift()?.()
    await settled()
  }
  disk.held = false
  await disk.release()
  await Promise.all([...late, shard.cleaning])
  const live = await shard.submit((machine) => Object.fromEntries(machine.values))
  assert.equal(live['key 1'], 'late 1')
  assert.deepEqual(await reloaded(), live)
  assert.ok(log.recordsCount(0) <= 450)
})

test('closing fails those who wait and lets what is on its way become durable', async () => {
  const disk = new Disk()
  const { shard, set, reloaded } = await shardOn(disk)
  const failed: unknown[] = []
  await shard.submit((machine) => {
    machine.parked.push({ settle() {}, fail: (error) => failed.push(error) })
  })
  disk.held = true
  const write = set('a', '1')
  const closed = shard.close()
  assert.equal(failed.length, 1)
  assert.equal(await isDone(closed), false)
  await disk.release()
  await Promise.all([write, closed])
  assert.deepEqual(await reloaded(), { a: '1' })
  await assert.rejects(set('b', '2'), /not available/)
})
