// Kills the real process with SIGKILL under load, again and again, and checks every acknowledged record.
//
// Each round: producers write records of known content to several partitions and note which were acknowledged with
// acks=all; the process is killed in the middle; it starts again on the same data; a reader reads each partition from
// its beginning. Then it must hold that
//   - every acknowledged record is at the offset that was answered, with its content;
//   - offsets never go back: the log of each partition is at least as long as what was acknowledged, and what a reader
//     saw before the kill is still so;
//   - an idempotent producer's records are there once and in order.
//
// Then rounds in which it is told to stop, by SIGTERM and SIGINT in turn: besides all this it must end with exit code 0.
//
//   npm run robustness [-- --rounds 20] [-- --stops 4] [-- --against ottla|kafka]
import { parseArgs } from 'node:util'
import kafkajs from 'kafkajs'
import { sleep } from '../compat/harness/command.ts'
import { startServer } from '../compat/harness/server.ts'
import { Ledger } from './ledger.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    stops: { type: 'string', default: '4' },
    against: { type: 'string', default: 'ottla' },
    'load-ms': { type: 'string', default: '1200' },
  },
})
const kills = Number(values.rounds)
const rounds = kills + Number(values.stops)
const stopSignals = ['SIGTERM', 'SIGINT'] as const
const topic = 'ledger'
const partitions = 4
const writersCount = 4
/** With small files, kills hit rolls, checkpoints and removals, too. */
const settings = { 'log.segment.bytes': '4194304' }

const server = await startServer(values.against, { settings })
const client = new kafkajs.Kafka({
  clientId: 'sigkill',
  brokers: [server.address],
  logLevel: kafkajs.logLevel.NOTHING,
  connectionTimeout: 2_000,
  requestTimeout: 5_000,
  retry: { retries: 1, initialRetryTime: 50, maxRetryTime: 50 },
})
const ledger = new Ledger()
await createTopic()

let problems = 0
for (let round = 1; round <= rounds; round++) {
  const before = ledger.acknowledgedCount
  const load = Array.from({ length: writersCount }, (_, writer) => writeUntilItFails(round, writer))
  // Not always the same moment of a flush, a roll or a checkpoint.
  await sleep(Number(values['load-ms']) / 2 + Math.random() * Number(values['load-ms']))
  const endedAt = performance.now()
  const found = await end(round)
  await Promise.all(load)
  await server.restart()
  const backMs = performance.now() - endedAt
  found.push(...(await checkAll()))
  if (ledger.acknowledgedCount === before) found.push('nothing was acknowledged in this round')
  problems += found.length
  console.log(
    `round ${String(round).padStart(2)}: ${ledger.acknowledgedCount} records acknowledged so far, back after ${backMs.toFixed(0)} ms, ${found.length} problems`,
  )
  for (const problem of found.slice(0, 10)) console.log(`  WRONG  ${problem}`)
}
await server.dispose()
console.log(
  problems === 0
    ? `${kills} kills and ${values.stops} stops, every acknowledged record is there`
    : `${problems} problems`,
)
process.exit(problems === 0 ? 0 : 1)

/** Kills it, or in the last rounds tells it to stop. */
async function end(round: number): Promise<string[]> {
  if (round > kills) {
    const signal = stopSignals[round % stopSignals.length]!
    const how = await server.stop(signal)
    return how.startsWith('the server ended with 0') ? [] : [`told to stop by ${signal}, ${how}`]
  }
  await server.kill()
  return []
}

async function createTopic(): Promise<void> {
  const admin = client.admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic, numPartitions: partitions }], waitForLeaders: true })
  await admin.disconnect()
}

/** Sends as fast as answers come, with several requests on their way, until the broker is gone. */
async function writeUntilItFails(round: number, writer: number): Promise<void> {
  const createPartitioner = kafkajs.Partitioners.DefaultPartitioner
  const producer = client.producer({ createPartitioner, idempotent: writer % 2 === 0, maxInFlightRequests: 1 })
  try {
    await producer.connect()
    for (let nth = 0; ; nth++) {
      const partition = (writer + nth) % partitions
      const sent = Array.from(
        { length: 1 + (nth % 40) },
        (_, i) => `${round}/${writer}/${nth}/${i}/${'x'.repeat((nth * 37) % 700)}`,
      )
      const [answer] = await producer.send({ topic, acks: -1, messages: sent.map((value) => ({ partition, value })) })
      ledger.acknowledge(partition, Number(answer!.baseOffset), sent)
    }
  } catch {
    // The kill.
  } finally {
    await producer.disconnect().catch(() => undefined)
  }
}

async function checkAll(): Promise<string[]> {
  const admin = client.admin()
  await admin.connect()
  const ends = (await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => [partition, Number(high)] as const)
  await admin.disconnect()
  const found = ends.flatMap(([partition, end]) => ledger.checkEnd(partition, end))
  const consumer = client.consumer({ groupId: `reader-${Date.now()}`, maxWaitTimeInMs: 50 })
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  await readTo(consumer, new Map(ends), found)
  await consumer.disconnect()
  return [...found, ...ledger.checkAllSeen()]
}

function readTo(consumer: kafkajs.Consumer, ends: ReadonlyMap<number, number>, found: string[]): Promise<void> {
  ledger.beginReading()
  const left = new Set([...ends].filter(([, end]) => end > 0).map(([partition]) => partition))
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`not read to the end within 60 s: partitions ${[...left]}`)), 60_000)
    consumer
      .run({
        autoCommit: false,
        eachMessage: async ({ partition, message: { offset, value } }) => {
          found.push(...ledger.see(partition, Number(offset), value?.toString() ?? ''))
          if (Number(offset) + 1 >= ends.get(partition)!) left.delete(partition)
          if (left.size > 0) return
          clearTimeout(late)
          resolve()
        },
      })
      .catch(reject)
  })
}
