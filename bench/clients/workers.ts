// The processes that do the work: made ready once, then started for each measurement.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { start, succeed } from '../../tests/compat/harness/command.ts'
import { javaWithKafka } from '../../tests/compat/harness/kafka-jars.ts'
import { modernNode } from '../../tests/compat/harness/modern-node.ts'
import { cache } from '../../tests/compat/harness/paths.ts'
import { cpuSeconds } from '../process-stats.ts'
import { consumeWorks, produceWorks } from './works.ts'

/** How to start a worker. */
export type Workers = ReadonlyMap<string, (bootstrap: string, work: string, topic: string, seconds: number) => string[]>

/** What a client's process tells, and what its broker used meanwhile. */
export interface Figures {
  readonly records: number
  readonly seconds: number
  readonly cpuSeconds: number
  readonly peakMb: number
  readonly brokerCpuSeconds: number
}

export const ours = ['ottla', 'ottla, batches()']
const here = fileURLToPath(new URL('.', import.meta.url))
const output = join(cache, 'bench-clients')
/** What `bin/kafka-run-class.sh` gives Kafka's own tools. */
const heap = '-Xmx512M'

/** The Node of all clients: one that is new enough for each of them, where there is one. */
export async function nodeOfClients(): Promise<{ readonly node: string; readonly version: string }> {
  const modern = await modernNode()
  const node = 'node' in modern ? modern.node : process.execPath
  return { node, version: (await succeed(node, ['--version'])).trim() }
}

/** All clients that can run here; of the others, `missing` is told why. */
export async function prepareWorkers(missing: (why: string) => void): Promise<Workers> {
  const modern = await modernNode()
  const { node } = await nodeOfClients()
  const workers = new Map<string, (...args: [string, string, string, number]) => string[]>()
  const script = await bundledWorker()
  for (const client of [...ours, 'kafkajs', '@platformatic/kafka']) {
    if (client === '@platformatic/kafka' && 'missing' in modern) missing(`${client}: ${modern.missing}`)
    else workers.set(client, (...args) => [node, script, client, ...args.map(String)])
  }
  const java = await javaWithKafka()
  if ('missing' in java || java.javac === undefined) {
    missing(`Java: ${'missing' in java ? java.missing : 'javac is not installed'}`)
    return workers
  }
  await succeed(java.javac, ['-cp', java.classpath, '-d', output, join(here, 'JavaWorker.java')])
  workers.set('Java', (bootstrap, work, topic, seconds) => {
    const { bytes } = (produceWorks[work] ?? consumeWorks[work])!
    const command = [java.java, heap, '-cp', `${java.classpath}:${output}`, 'JavaWorker']
    return [...command, bootstrap, topic, String(seconds), String(bytes), ...javaArguments(work)]
  })
  return workers
}

function javaArguments(work: string): string[] {
  const producing = produceWorks[work]
  if (producing === undefined) return ['consume', String(consumeWorks[work]!.records)]
  return ['produce', String(producing.perCall), String(producing.atATime)]
}

/** The worker with our client in it, as its users have it: built, in few files. */
async function bundledWorker(): Promise<string> {
  mkdirSync(output, { recursive: true })
  await build({
    entryPoints: [join(here, 'worker.mjs')],
    outdir: output,
    bundle: true,
    splitting: true,
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    platform: 'node',
    target: 'node20.19',
    conditions: ['@ottla/source'],
    external: ['kafkajs', '@platformatic/kafka', 'snappy', 'lz4-napi', '@bokuweb/zstd-wasm', '@node-rs/crc32'],
    sourcemap: true,
    logLevel: 'warning',
  })
  return join(output, 'worker.mjs')
}

/** Runs a worker to its end. `brokerPid` 0: the broker is somebody else's, and what it uses is not known. */
export async function measure([command, ...args]: string[], brokerPid: number): Promise<Figures> {
  let brokerBefore = Number.NaN
  let brokerCpuSeconds = Number.NaN
  const worker = start(command!, args, {
    onLine(line) {
      if (line === 'begin') brokerBefore = cpuSeconds(brokerPid)
      else if (line.startsWith('{')) brokerCpuSeconds = cpuSeconds(brokerPid) - brokerBefore
    },
  })
  const timer = setTimeout(() => worker.signal('SIGKILL'), 180_000)
  const { code, stdout, stderr } = await worker.finished.finally(() => clearTimeout(timer))
  const line = stdout.split('\n').find((each) => each.startsWith('{'))
  if (code !== 0 || line === undefined) throw new Error(stderr.trim().split('\n').slice(0, 5).join('\n'))
  return { ...JSON.parse(line), brokerCpuSeconds }
}
