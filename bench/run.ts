// Ottla and Apache Kafka under the same load, one after the other, round by round; the table shows medians.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { javaWithKafka, kafkaVersion } from '../tests/compat/harness/kafka-jars.ts'
import { root } from '../tests/compat/harness/paths.ts'
import { type Figures, inProcessMs, measure, type Sizes, type System } from './measure.ts'
import { machine, table } from './table.ts'

const usage = `Measures Ottla and Apache Kafka ${kafkaVersion} with Kafka's own tools. Needs Java and Maven.

  --rounds N      how often each is measured (3)
  --quick         one round of a tenth of the records, to see that everything works
  --only SYSTEM   ottla, kafka, or ceiling: a server that keeps nothing, which shows what the producer alone can do
  --write         write the table into bench/RESULTS.md
`
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(usage)
  process.exit(0)
}

const java = await javaWithKafka()
if ('missing' in java) {
  console.log(`The bench is skipped: ${java.missing}.`)
  process.exit(0)
}
const full: Sizes = { records100B: 4_000_000, records1KB: 700_000, latencyRecords: 10_000 }
const quick: Sizes = { records100B: 400_000, records1KB: 70_000, latencyRecords: 1_000 }
const rounds = values.quick ? 1 : Number(values.rounds)
const results: Record<System, Figures[]> = { ottla: [], kafka: [], ceiling: [] }

for (let round = 1; round <= rounds; round++)
  for (const system of ['ottla', 'kafka', 'ceiling'] as const) {
    if (values.only !== undefined && values.only !== system) continue
    const figures = await measure(system, java, values.quick ? quick : full)
    const inProcess = system === 'ottla' ? { 'in process, import to first record, ms': await inProcessMs() } : {}
    results[system].push({ ...inProcess, ...figures })
    console.log(
      `round ${round}, ${system}: ${JSON.stringify(figures, (_, value) => (typeof value === 'number' ? Math.round(value * 100) / 100 : value))}`,
    )
  }

const report = `${table(results)}\n\n${machine()}; Apache Kafka ${kafkaVersion}; ${rounds === 1 ? 'one round' : `medians of ${rounds} rounds`}.\n`
console.log(`\n${report}`)
if (values.write) writeFileSync(join(root, 'bench', 'RESULTS.md'), document(report))

function document(text: string): string {
  return `# Measured

One run of \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}: 6 partitions, acks=all, Kafka's own performance tools with their
default settings, both brokers with their default settings. Ottla syncs every acknowledged record to the disk; Kafka's
default leaves that to the operating system.

The ceiling is a server that acknowledges at once and keeps nothing (\`bench/keeps-nothing.ts\`): what Kafka's producer can
do on this machine, whatever the broker. Its last column says how far any broker could get.

${text}`
}
