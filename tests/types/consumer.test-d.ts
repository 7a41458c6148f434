import type { Client, Consumer, ConsumerRecord, OttlaError, ShareRecord, TopicPartition } from '@ottla/client'
import { expectType } from './expect-type.ts'

declare const client: Client

export function whatIsConsumedHasTheTypesOfTheDeserializers(): void {
  expectType<Consumer<Buffer | null, Buffer | null>>()(client.consumer())
  expectType<Consumer<Buffer | null, Buffer | null>>()(client.consumer({ groupId: 'g', topics: ['a', /^b/] }))
  expectType<Consumer<string, number>>()(
    client.consumer({ keyDeserializer: (bytes, topic) => `${topic}${bytes}`, valueDeserializer: () => 1 }),
  )
  // One that takes its time is one all the same.
  expectType<Consumer<Buffer | null, Date>>()(client.consumer({ valueDeserializer: async () => new Date(0) }))
}

export async function handlersAreToldWhatTheyHandle(consumer: Consumer<string, number>): Promise<void> {
  await consumer.run({
    concurrency: 10,
    orderedBy: 'key',
    eachRecord(record, { signal }) {
      expectType<ConsumerRecord<string, number>>()(record)
      expectType<AbortSignal>()(signal)
    },
    onError(error) {
      expectType<OttlaError>()(error)
      return 'retry'
    },
  })
  // @ts-expect-error Either records or batches.
  await consumer.run({ concurrency: 10 })
  // @ts-expect-error There is no such decision.
  await consumer.run({ eachRecord: () => {}, onError: () => 'again' })
  // @ts-expect-error Either records or batches, not both.
  await consumer.run({ eachRecord: () => {}, eachBatch: () => {} })
  // @ts-expect-error The order within a batch is that of the batch.
  await consumer.run({ eachBatch: () => {}, orderedBy: 'key' })
}

export async function positionsAndCommits(consumer: Consumer, record: ConsumerRecord): Promise<void> {
  await consumer.commit()
  await consumer.commit(record)
  await consumer.commit([{ topic: 't', partition: 0, offset: 1, metadata: 'm' }])
  // @ts-expect-error An offset is missing.
  await consumer.commit([{ topic: 't', partition: 0 }])
  await consumer.seekToTime(new Date(0))
  expectType<TopicPartition[]>()(consumer.assignment)
  expectType<number | undefined>()(consumer.position(record))
  // @ts-expect-error What was fetched is not to be changed.
  record.offset = 1
}

export function optionsAreNamedAsTheyAre(): void {
  client.consumer({
    autoOffsetReset: { since: new Date(0) },
    groupProtocol: 'classic',
    isolationLevel: 'read_committed',
  })
  // @ts-expect-error There is no such option.
  client.consumer({ groupID: 'g' })
  // @ts-expect-error There is no such place to begin.
  client.consumer({ autoOffsetReset: 'first' })
  // @ts-expect-error exactOptionalPropertyTypes: an option is given or left out.
  client.consumer({ groupId: undefined })
  // @ts-expect-error A share consumer has a group.
  client.shareConsumer({ topics: 't' })
}

export async function aShareConsumerHandsOutDecisions(): Promise<void> {
  for await (const record of client.shareConsumer({ groupId: 'q', topics: 't' })) {
    expectType<ShareRecord<Buffer | null, Buffer | null>>()(record)
    expectType<void>()(record.accept())
  }
  await client.shareConsumer({ groupId: 'q' }).run({ eachRecord: () => {}, onError: () => 'reject' })
}
