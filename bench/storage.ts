// What the storage engine does by itself: `npm run bench:storage [append|partitions|cold]`.
//   append      6 partitions x 16 KB batches, 4 appends of each under way: rate and CPU per GB
//   partitions  10,000 partitions: time to close, and time and memory to open them again, after a stop and after a kill
//   cold        10 GB of data: time to open it again, after a stop and after a kill
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pack } from '@ottla/protocol'
import { nodeRuntime } from '@ottla/runtime'
import { openStorage, type Partition, type Storage, type TopicSettings } from '@ottla/storage'

const mebibyte = 1024 * 1024
const settings = {
  flushPolicy: 'fsync' as const,
  tailBytes: 64 * mebibyte,
  checkpointBytes: 128 * mebibyte,
  retentionCheckIntervalMs: 300_000,
  producerIdExpirationMs: 86_400_000,
}

const topicSettings: TopicSettings = {
  cleanup: { delete: true, compact: false },
  compressionType: 'producer',
  compressionLevels: { gzip: -1, lz4: 9, zstd: 3 },
  maxMessageBytes: mebibyte,
  messageTimestampType: 'CreateTime',
  messageTimestampBeforeMaxMs: Infinity,
  messageTimestampAfterMaxMs: 3_600_000,
  minInsyncReplicas: 1,
  retentionMs: Infinity,
  retentionBytes: Infinity,
  segmentBytes: 1024 * mebibyte,
  segmentMs: Infinity,
  indexIntervalBytes: 4096,
}

const directory = process.argv[3] ?? mkdtempSync(join(tmpdir(), 'ottla-bench-'))
const open = () => openStorage({ runtime: nodeRuntime(), directory, settings })

const record = { timestamp: Date.now(), value: Buffer.alloc(1000, 'v') }
const template = pack(Array.from({ length: 16 }, () => record)).bytes

async function partitionsOf(storage: Storage, count: number): Promise<readonly Partition[]> {
  const ids = Array.from({ length: count }, (_, partition) => ({
    topic: 'bench',
    topicId: 'bench-topic-id',
    partition,
  }))
  return storage.openPartitions(ids, topicSettings)
}

/** Appends batches to each partition, several under way, until there are `bytes`. */
async function fill(partitions: readonly Partition[], bytes: number, underWay: number): Promise<void> {
  let left = Math.ceil(bytes / template.length)
  const latencies: number[] = []
  const produce = async (partition: Partition) => {
    while (left > 0) {
      left--
      const began = performance.now()
      await partition.append(Buffer.from(template), { origin: 'client' })
      latencies.push(performance.now() - began)
    }
  }
  const began = performance.now()
  const cpu = process.cpuUsage()
  await Promise.all(partitions.flatMap((partition) => Array.from({ length: underWay }, () => produce(partition))))
  const seconds = (performance.now() - began) / 1000
  const { user, system } = process.cpuUsage(cpu)
  const gigabytes = bytes / 1e9
  latencies.sort((a, b) => a - b)
  const percentile = (share: number) => latencies[Math.floor((latencies.length - 1) * share)]!.toFixed(1)
  console.log(
    `${gigabytes.toFixed(1)} GB in ${seconds.toFixed(1)} s: ${(bytes / 1e6 / seconds).toFixed(0)} MB/s,`,
    `${((user + system) / 1e6 / gigabytes).toFixed(2)} CPU-seconds per GB (system ${(system / 1e6 / gigabytes).toFixed(2)}),`,
    `append p50 ${percentile(0.5)} ms, p99 ${percentile(0.99)} ms, memory ${(process.memoryUsage().rss / mebibyte).toFixed(0)} MiB`,
  )
}

async function opened(what: string): Promise<Storage> {
  const began = performance.now()
  const storage = await open()
  const memory = process.memoryUsage().rss / mebibyte
  console.log(`${what}: open in ${(performance.now() - began).toFixed(0)} ms, memory ${memory.toFixed(0)} MiB`)
  return storage
}

async function append(): Promise<void> {
  const storage = await open()
  const partitions = await partitionsOf(storage, 6)
  await fill(partitions, 0.2e9, 4)
  await fill(partitions, 2e9, 4)
  await storage.close()
}

async function closed(storage: Storage): Promise<void> {
  const began = performance.now()
  await storage.close()
  console.log(`closed in ${(performance.now() - began).toFixed(0)} ms`)
}

const appendToAll = (all: readonly Partition[]) =>
  Promise.all(all.map((partition) => partition.append(Buffer.from(template), { origin: 'client' })))

/** Another process does one step on the same directory, and is killed at its end or stops cleanly. */
function step(name: string): void {
  const { status, signal } = spawnSync(process.execPath, [...process.execArgv, process.argv[1]!, name, directory], {
    stdio: 'inherit',
  })
  if (status !== 0 && signal !== 'SIGKILL') throw new Error(`the step ${name} ended with ${status ?? signal}`)
}

const partitionCount = 10_000

function partitions(): void {
  for (const name of [
    'partitions-killed',
    'partitions-again',
    'partitions-killed',
    'partitions-again',
    'partitions-again',
  ])
    step(name)
}

async function partitionsOpened(): Promise<void> {
  const storage = await opened(`${partitionCount} partitions`)
  const all = await partitionsOf(storage, partitionCount)
  const began = performance.now()
  await appendToAll(all)
  const memory = process.memoryUsage().rss / mebibyte
  console.log(`a batch to each in ${(performance.now() - began).toFixed(0)} ms, memory ${memory.toFixed(0)} MiB`)
  if (process.argv[2] === 'partitions-killed') process.kill(process.pid, 'SIGKILL')
  await closed(storage)
}

function cold(): void {
  for (const name of ['cold-fill', 'cold-again', 'cold-killed', 'cold-again']) step(name)
}

async function coldFill(): Promise<void> {
  const storage = await open()
  await fill(await partitionsOf(storage, 12), 10e9, 4)
  await closed(storage)
}

async function coldOpened(): Promise<void> {
  const storage = await opened('10 GB')
  const all = await partitionsOf(storage, 12)
  const began = performance.now()
  const from = Math.floor(all[0]!.highWatermark / 2)
  await all[0]!.read({ from, maxBytes: mebibyte, atLeastOneBatch: true, isolation: 'read_uncommitted' })
  console.log(`first read in ${(performance.now() - began).toFixed(0)} ms`)
  if (process.argv[2] === 'cold-killed') {
    await fill(all, 0.1e9, 4)
    process.kill(process.pid, 'SIGKILL')
  }
  await closed(storage)
}

const scenarios: Record<string, () => Promise<void> | void> = {
  append,
  partitions,
  'partitions-again': partitionsOpened,
  'partitions-killed': partitionsOpened,
  cold,
  'cold-fill': coldFill,
  'cold-again': coldOpened,
  'cold-killed': coldOpened,
}
try {
  await scenarios[process.argv[2] ?? 'append']!()
} finally {
  if (process.argv[3] === undefined) rmSync(directory, { recursive: true })
}
