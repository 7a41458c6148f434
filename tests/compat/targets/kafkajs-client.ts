import kafkajsModule, {
  type Admin,
  type Consumer,
  type ConsumerConfig,
  type EachMessagePayload,
  type Kafka,
  type Producer,
  type ProducerConfig,
} from 'kafkajs'
import { eventually } from '../harness/command.ts'

const { Kafka: KafkaClient, Partitioners, logLevel } = kafkajsModule

export const client = (address: string): Kafka =>
  new KafkaClient({ clientId: 'compat', brokers: [address], logLevel: logLevel.NOTHING })

export async function withAdmin<T>(address: string, use: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = client(address).admin()
  await admin.connect()
  return use(admin).finally(() => admin.disconnect())
}

export async function withProducer<T>(
  address: string,
  use: (producer: Producer) => Promise<T>,
  config: ProducerConfig = {},
): Promise<T> {
  const producer = client(address).producer({ createPartitioner: Partitioners.DefaultPartitioner, ...config })
  await producer.connect()
  return use(producer).finally(() => producer.disconnect())
}

export const createTopic = (address: string, topic: string, numPartitions = 1) =>
  withAdmin(address, (admin) => admin.createTopics({ topics: [{ topic, numPartitions }], waitForLeaders: true }))

export interface Reader {
  readonly consumer: Consumer
  readonly got: EachMessagePayload[]
  /** Waits until so many records have come. */
  take(count: number): Promise<EachMessagePayload[]>
  close(): Promise<void>
}

export interface ReaderOptions {
  readonly group: string
  readonly topics: (string | RegExp)[]
  readonly config?: Partial<ConsumerConfig>
  readonly fromBeginning?: boolean
}

/** A consumer that runs and keeps what it gets. It commits after each record, so that closing loses nothing. */
export async function startReader(address: string, options: ReaderOptions): Promise<Reader> {
  const consumer = client(address).consumer({
    groupId: options.group,
    sessionTimeout: 10_000,
    heartbeatInterval: 300,
    maxWaitTimeInMs: 200,
    ...options.config,
  })
  const got: EachMessagePayload[] = []
  await consumer.connect()
  await consumer.subscribe({ topics: options.topics, fromBeginning: options.fromBeginning ?? true })
  await consumer.run({
    autoCommitThreshold: 1,
    eachMessage: async (payload) => {
      got.push(payload)
    },
  })
  return {
    consumer,
    got,
    take: async (count) => {
      await eventually(`${count} records (${got.length} came)`, async () => got.length >= count || undefined, 20_000)
      return got
    },
    close: () => consumer.disconnect(),
  }
}

export const text = (payload: EachMessagePayload): string => payload.message.value?.toString() ?? ''
