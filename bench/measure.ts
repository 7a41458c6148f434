import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { sleep, succeed } from '../tests/compat/harness/command.ts'
import type { Java } from '../tests/compat/harness/kafka-jars.ts'
import { root } from '../tests/compat/harness/paths.ts'
import { startServer } from '../tests/compat/harness/server.ts'
import { awaitLine, spawnServer } from '../tests/compat/harness/server-process.ts'
import { KafkaTools, type Load } from './kafka-tools.ts'
import { residentMb, whileWatching } from './process-stats.ts'

/** `ceiling` is a server that keeps nothing: what the producer alone can do on this machine. */
export type System = 'ottla' | 'kafka' | 'ceiling'

export interface Sizes {
  readonly records100B: number
  readonly records1KB: number
  readonly latencyRecords: number
}

/** One figure of one system in one round, by the name of its row. */
export type Figures = Record<string, number>

export const partitions = 6
const bytesOfGb = 1e9

/** Starts a fresh broker, puts it under load, and stops it. */
export async function measure(system: System, java: Java, sizes: Sizes): Promise<Figures> {
  if (system === 'ceiling') return ceiling(java, sizes)
  const directory = join(root, '.cache', `bench-${system}`)
  rmSync(directory, { recursive: true, force: true })
  // The first start formats the directory; the second is the one that counts.
  await (await startServer(system, { directory })).stop()
  const started = performance.now()
  const server = await startServer(system, { directory })
  const figures: Figures = { 'start to first answer, s': (performance.now() - started) / 1000 }
  try {
    await sleep(3_000)
    figures['memory idle, MB'] = residentMb(server.pid())
    await underLoad(new KafkaTools(java, server.address), server.pid(), sizes, figures)
  } finally {
    await server.stop()
    rmSync(directory, { recursive: true, force: true })
  }
  return figures
}

async function ceiling(java: Java, sizes: Sizes): Promise<Figures> {
  const program = join(root, 'bench', 'keeps-nothing.ts')
  const server = spawnServer(process.execPath, ['--conditions=@ottla/source', '--import', 'tsx', program])
  const figures: Figures = {}
  try {
    const [, address] = await awaitLine(server, /^ready (\S+)/m)
    await produceLoads(new KafkaTools(java, address!), server.pid, sizes, figures)
  } finally {
    await server.stop()
  }
  return figures
}

async function underLoad(tools: KafkaTools, pid: number, sizes: Sizes, figures: Figures): Promise<void> {
  const { small, large } = loads(sizes)
  for (const topic of [warmTopic, small.topic, large.topic]) await tools.createTopic(topic, partitions)
  await tools.createTopic('bench-latency', 1)
  const peakMb = await produceLoads(tools, pid, sizes, figures)
  const { result, usage } = await whileWatching(pid, () => tools.consume(small))
  figures['consume 100 B, records/s'] = result.recordsPerSecond
  figures['consume 100 B, MB/s'] = result.mbPerSecond
  figures['consume 100 B, broker CPU s per GB'] = perGb(usage.cpuSeconds, small)
  figures['memory under load, MB'] = Math.max(peakMb, usage.peakResidentMb)
  const latency = await tools.latency({ topic: 'bench-latency', records: sizes.latencyRecords, recordBytes: 100 })
  figures['end to end 100 B, p50, ms'] = latency.p50Ms
  figures['end to end 100 B, p99, ms'] = latency.p99Ms
}

/** Returns the most memory that the broker took meanwhile, in MB. */
async function produceLoads(tools: KafkaTools, pid: number, sizes: Sizes, figures: Figures): Promise<number> {
  const { small, large } = loads(sizes)
  let peakMb = 0
  // Both run on a just-in-time compiler; the first seconds are not what they do all day.
  await tools.produce({ topic: warmTopic, records: Math.ceil(sizes.records100B / 4), recordBytes: 100 })
  for (const [name, load] of [
    ['100 B', small],
    ['1 KB', large],
  ] as const) {
    const { result, usage } = await whileWatching(pid, () => tools.produce(load))
    peakMb = Math.max(peakMb, usage.peakResidentMb)
    figures[`produce ${name}, records/s`] = result.recordsPerSecond
    figures[`produce ${name}, MB/s`] = result.mbPerSecond
    figures[`produce ${name}, latency p50, ms`] = result.p50Ms
    figures[`produce ${name}, latency p99, ms`] = result.p99Ms
    figures[`produce ${name}, broker CPU s per GB`] = perGb(usage.cpuSeconds, load)
  }
  return peakMb
}

const warmTopic = 'bench-warm'
const loads = ({ records100B, records1KB }: Sizes): { readonly small: Load; readonly large: Load } => ({
  small: { topic: 'bench-100', records: records100B, recordBytes: 100 },
  large: { topic: 'bench-1000', records: records1KB, recordBytes: 1000 },
})

function perGb(cpuSeconds: number, { records, recordBytes }: Load): number {
  return cpuSeconds / ((records * recordBytes) / bytesOfGb)
}

/** Only Ottla can do this. */
export async function inProcessMs(): Promise<number> {
  return Number(await succeed(process.execPath, [join(root, 'bench', 'in-process.mjs')]))
}
