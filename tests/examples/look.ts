// Looks into a broker by kafkajs.
import { type Admin, type EachMessagePayload, Kafka, type KafkaMessage, logLevel } from 'kafkajs'

export interface FoundRecord {
  readonly partition: number
  readonly offset: number
  readonly key: string | undefined
  readonly value: string
  readonly headers: Readonly<Record<string, string>>
}

const kafka = (bootstrap: string) => new Kafka({ brokers: [bootstrap], logLevel: logLevel.NOTHING })

async function withAdmin<T>(bootstrap: string, look: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafka(bootstrap).admin()
  await admin.connect()
  try {
    return await look(admin)
  } finally {
    await admin.disconnect()
  }
}

export const topicNames = (bootstrap: string) => withAdmin(bootstrap, (admin) => admin.listTopics())

/** How many records of the topic the group has committed as read. */
export const committedOf = (bootstrap: string, groupId: string, topic: string) =>
  withAdmin(bootstrap, async (admin) => {
    const [found] = await admin.fetchOffsets({ groupId, topics: [topic] })
    return found!.partitions.reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0)
  })

const end = 'the end, for whoever looks'

/**
 * All committed records of the topic, those of each partition in their order. Transactions leave markers at the ends of
 * partitions, which no record tells of: a record is written behind them, and read up to.
 */
export async function recordsOf(bootstrap: string, topic: string): Promise<FoundRecord[]> {
  const partitions = await writeEnds(bootstrap, topic)
  const open = new Set(partitions)
  const found: FoundRecord[] = []
  const consumer = kafka(bootstrap).consumer({ groupId: `look-${Date.now()}`, readUncommitted: false })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  const done = new Promise<void>((resolve, reject) => {
    consumer.on('consumer.crash', ({ payload }) => reject(payload.error))
    const eachMessage = async ({ partition, message }: EachMessagePayload) => {
      if (String(message.key) === end) open.delete(partition)
      else if (open.has(partition)) found.push(foundRecord(partition, message))
      if (open.size === 0) resolve()
    }
    consumer.run({ eachMessage }).catch(reject)
  })
  await done.finally(() => consumer.disconnect())
  return found.sort((a, b) => a.partition - b.partition || a.offset - b.offset)
}

async function writeEnds(bootstrap: string, topic: string): Promise<number[]> {
  const offsets = await withAdmin(bootstrap, (admin) => admin.fetchTopicOffsets(topic))
  const partitions = offsets.map(({ partition }) => partition)
  const producer = kafka(bootstrap).producer()
  await producer.connect()
  await producer.send({ topic, messages: partitions.map((partition) => ({ partition, key: end, value: '' })) })
  await producer.disconnect()
  return partitions
}

function foundRecord(partition: number, { offset, key, value, headers = {} }: KafkaMessage): FoundRecord {
  const texts = Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, String(text)]))
  return { partition, offset: Number(offset), key: key?.toString(), value: String(value), headers: texts }
}
