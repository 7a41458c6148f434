// Node's clients for Kafka side by side, each doing the same work in a process of its own against the same broker:
//   npm run bench:clients -- BOOTSTRAP [SECONDS]
// Records are keyed and go to 6 partitions with acks=all. The consumers read what the producers of this run have written.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { createClient } from '@ottla/client'
import { modernNode } from '../../tests/compat/harness/modern-node.ts'
import { machine } from '../table.ts'

interface Figures {
  readonly recordsPerSecond: number
  readonly cpuMicrosPerRecord: number
  readonly residentMb: number
}

const works = ['produce-100', 'produce-1024', 'produce-single', 'consume-100', 'consume-1024'] as const
const [bootstrap, seconds = '8'] = process.argv.slice(2)
if (bootstrap === undefined) {
  console.error('Usage: npm run bench:clients -- HOST:PORT [SECONDS]')
  process.exit(1)
}

const worker = fileURLToPath(new URL('worker.mjs', import.meta.url))
const modern = await modernNode()
const fromSource = ['--conditions=@ottla/source', '--import', 'tsx']
const runs: readonly { readonly client: string; readonly command: readonly string[] | undefined }[] = [
  { client: 'ottla', command: [process.execPath, ...fromSource] },
  { client: 'kafkajs', command: [process.execPath] },
  { client: 'platformatic', command: 'node' in modern ? [modern.node] : undefined },
]
if ('missing' in modern) console.log(`@platformatic/kafka is left out: ${modern.missing}`)

await using admin = createClient({ bootstrap })
const topics = new Map<string, string>()
for (const bytes of ['100', '1024']) {
  const name = `bench-clients-${bytes}-${Date.now()}`
  const configs = { 'retention.bytes': 300_000_000, 'segment.bytes': 100_000_000 }
  await admin.admin().createTopics([{ name, partitions: 6, configs }])
  topics.set(bytes, name)
}

console.log(`${machine()}; ${seconds} s of each work\n`)
console.log('| work | client | records/s | CPU µs per record | memory MB |')
console.log('|---|---|---:|---:|---:|')
for (const work of works)
  for (const { client, command } of runs) {
    if (command === undefined) continue
    const figures = measure(command, client, work)
    const row =
      figures === undefined
        ? ['failed', '', '']
        : [
            Math.round(figures.recordsPerSecond).toLocaleString('en-US'),
            (figures.cpuMicrosPerRecord ?? Number.NaN).toFixed(2),
            figures.residentMb.toFixed(0),
          ]
    console.log(`| ${[work, client, ...row].join(' | ')} |`)
  }

function measure([node, ...flags]: readonly string[], client: string, work: string): Figures | undefined {
  const topic = topics.get(work.endsWith('1024') ? '1024' : '100')!
  const args = [...flags, worker, client, bootstrap!, work, topic, seconds]
  const { stdout, stderr, status } = spawnSync(node!, args, { encoding: 'utf8', timeout: 120_000 })
  if (status === 0) return JSON.parse(stdout.trim().split('\n').at(-1)!)
  console.error(stderr.trim().split('\n').slice(0, 5).join('\n'))
  return undefined
}
