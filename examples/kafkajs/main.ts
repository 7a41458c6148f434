// A program for kafkajs. The next line is all that has changed.
import { CompressionTypes, type EachMessagePayload, Kafka, logLevel } from '@ottla/client/kafkajs' // was: 'kafkajs'
import { findBroker } from '../broker.ts'

await using broker = await findBroker()
const topic = `orders-${Date.now()}`

const kafka = new Kafka({ clientId: 'shop', brokers: [broker.bootstrap], logLevel: logLevel.ERROR })

const admin = kafka.admin()
await admin.connect()
await admin.createTopics({ topics: [{ topic, numPartitions: 3 }], waitForLeaders: true })
console.log('created:', (await admin.listTopics()).includes(topic))

const producer = kafka.producer({ idempotent: true })
await producer.connect()
const messages = ['o-1', 'o-2', 'o-3', 'o-4'].map((key, i) => ({
  key,
  value: `${(i + 1) * 100}`,
  headers: { source: 'web' },
}))
await producer.send({ topic, compression: CompressionTypes.GZIP, messages })
await producer.disconnect()

const lines: string[] = []
const consumer = kafka.consumer({ groupId: `billing-${topic}` })
await consumer.connect()
await consumer.subscribe({ topics: [topic], fromBeginning: true })
await new Promise<void>((resolve, reject) => {
  consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error))
  const eachMessage = async ({ partition, message: { key, value, headers, offset } }: EachMessagePayload) => {
    lines.push(`${key}: ${value} cents, from the ${headers?.source}, at ${partition}/${offset}`)
    if (lines.length === messages.length) resolve()
  }
  consumer.run({ eachMessage }).catch(reject)
})
await consumer.disconnect()
for (const line of lines.sort()) console.log(line)

const [committed] = await admin.fetchOffsets({ groupId: `billing-${topic}`, topics: [topic] })
console.log(
  'committed:',
  committed?.partitions
    .map(({ offset }) => Math.max(0, Number(offset)))
    .sort()
    .join(),
)
await admin.disconnect()
