import kafkajs from 'kafkajs'
import { type Client, chunks } from './client.ts'

const client = (address: string) =>
  new kafkajs.Kafka({
    clientId: 'flights-kafkajs',
    brokers: [address],
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { initialRetryTime: 200, maxRetryTime: 2_000, retries: 30 },
  })

export const kafkajsClient: Client = {
  name: 'kafkajs',
  letsGoInTime: true,
  missing: async () => undefined,
  produce: async (address, topic, records) => {
    const createPartitioner = kafkajs.Partitioners.DefaultPartitioner
    const producer = client(address).producer({ idempotent: true, maxInFlightRequests: 1, createPartitioner })
    await producer.connect()
    for (const messages of chunks(records, 500)) await producer.send({ topic, messages: [...messages] })
    await producer.disconnect()
  },
  join: async ({ address, topic, group, take }) => {
    const consumer = client(address).consumer({
      groupId: group,
      sessionTimeout: 10_000,
      heartbeatInterval: 500,
      maxWaitTimeInMs: 200,
    })
    await consumer.connect()
    await consumer.subscribe({ topics: [topic], fromBeginning: true })
    await consumer.run({
      autoCommitInterval: 300,
      eachMessage: async ({ partition, message: { offset, key, value } }) =>
        take({ partition, offset: Number(offset), key: key?.toString() ?? null, value: value?.toString() ?? '' }),
    })
    return { leave: () => consumer.disconnect() }
  },
}

/** The example's own questions to the cluster go through kafkajs, too. */
export async function withAdmin<T>(address: string, use: (admin: kafkajs.Admin) => Promise<T>): Promise<T> {
  const admin = client(address).admin()
  await admin.connect()
  return use(admin).finally(() => admin.disconnect())
}
