// Clients for Kafka side by side, each doing the same work in a process of its own, against Apache Kafka and Ottla.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { createClient } from '@ottla/client'
import { kafkaVersion } from '../../tests/compat/harness/kafka-jars.ts'
import { type Server, startServer } from '../../tests/compat/harness/server.ts'
import { machine } from '../table.ts'
import { type Row, report } from './report.ts'
import { measure, nodeOfClients, prepareWorkers } from './workers.ts'
import { consumeWorks, produceWorks } from './works.ts'

const usage = `Measures clients for Kafka against Apache Kafka ${kafkaVersion} and Ottla: @ottla/client, kafkajs,
@platformatic/kafka, and Kafka's own client in Java. What is missing here (Java, Maven) is left out.

  npm run bench:clients -- [options] [kafka | ottla | HOST:PORT …]

  --rounds N        how often each is measured (3); the table shows medians
  --seconds N       how long each works, after half of that to warm up (5)
  --only PART,…     works and clients whose name has one of these parts
  --quick           one round of two seconds, to see that everything works
  --write           write the tables into bench/clients/RESULTS.md
`
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(usage)
  process.exit(0)
}

const rounds = values.quick ? 1 : Number(values.rounds)
const seconds = values.quick ? 2 : Number(values.seconds)
const workers = await prepareWorkers((why) => console.log(`Left out: ${why}`))
const parts = values.only.split(',').filter((part) => part !== '')
const chosenWorks = chosen([...Object.keys(produceWorks), ...Object.keys(consumeWorks)])
const chosenClients = chosen([...workers.keys()])

const texts: string[] = []
for (const against of positionals.length > 0 ? positionals : ['kafka', 'ottla']) {
  const server = await startServer(against)
  try {
    texts.push(`## Against ${nameOf(against)}\n\n${report(await rowsAgainst(server))}\n`)
    console.log(`\n${texts.at(-1)}`)
  } finally {
    await server.dispose()
  }
}
const how = `${machine()}; clients on Node ${(await nodeOfClients()).version}; ${rounds === 1 ? 'one round' : `medians of ${rounds} rounds`} of ${seconds} s of each work.`
console.log(how)
if (values.write) writeFileSync(new URL('RESULTS.md', import.meta.url), document(texts, how))

/** The names of which `--only` has a part; all, if it has none of them. */
function chosen(names: readonly string[]): readonly string[] {
  const found = names.filter((name) => parts.some((part) => name.includes(part)))
  return found.length > 0 ? found : names
}

/** Round by round, work by work, the clients take turns: what disturbs the machine disturbs them all. */
async function rowsAgainst(server: Server): Promise<Row[]> {
  await using client = createClient({ bootstrap: server.address })
  const admin = client.admin()
  const create = (name: string) => admin.createTopics([{ name, partitions: 6 }])
  const rows: Row[] = chosenWorks.flatMap((work) =>
    chosenClients
      .filter((name) => name !== 'ottla, batches()' || work in consumeWorks)
      .map((name) => ({ work, client: name, rounds: [] })),
  )
  for (const work of chosenWorks.filter((name) => name in consumeWorks)) {
    await create(topicOf(work))
    await fill(work)
  }
  for (let round = 1; round <= rounds; round++)
    for (const { work, client: name, rounds: figures } of rows) {
      const isProducing = work in produceWorks
      const topic = isProducing ? `bench-${rows.length}-${round}-${Date.now()}` : topicOf(work)
      if (isProducing) await create(topic)
      try {
        const figure = await measure(workers.get(name)!(server.address, work, topic, seconds), server.pid())
        figures.push(figure)
        console.log(`round ${round}: ${work}, ${name}: ${Math.round(figure.records / figure.seconds)} records/s`)
      } catch (error) {
        console.log(`round ${round}: ${work}, ${name}: failed: ${(error as Error).message}`)
      }
      if (isProducing) await admin.deleteTopics([topic])
    }
  return rows

  /** In batches as large as most producers make them: Kafka's default. */
  async function fill(work: string): Promise<void> {
    const { records, bytes } = consumeWorks[work]!
    const producer = client.producer({ batchBytes: 16_384 })
    const value = Buffer.alloc(bytes, 'v')
    const stream = producer.writable()
    for (let i = 0; i < records; i++)
      if (!stream.write({ topic: topicOf(work), key: `key-${i % 10_000}`, value }))
        await new Promise((resolve) => stream.once('drain', resolve))
    await producer.flush()
    await producer.close()
  }
}

function topicOf(work: string): string {
  return `bench-${work.replaceAll(' ', '-')}`
}

function nameOf(against: string): string {
  return against === 'kafka' ? `Apache Kafka ${kafkaVersion}` : against === 'ottla' ? 'Ottla' : against
}

function document(tables: readonly string[], where: string): string {
  return `# Clients side by side

One run of \`npm run bench:clients\` on ${new Date().toISOString().slice(0, 10)}: 6 partitions, records with keys, acks=all, every client with its defaults,
in a process of its own, warmed up. "1,000 a call" means 5 calls at a time of 1,000 records each; "one a call" means 1,000
calls at a time. Consumers look at each record's key and value, from batches of 16 KiB. Memory is the most that the
process had.

${tables.join('\n')}
${where}
`
}
