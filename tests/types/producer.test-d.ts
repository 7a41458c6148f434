import type { Writable } from 'node:stream'
import type { Client, ConsumerRecord, Headers, Partitioner, Producer, RecordMetadata } from '@ottla/client'
import { expectType } from './expect-type.ts'

declare const client: Client

export async function recordsWithoutTypesAreTextOrBytes(producer: Producer): Promise<void> {
  expectType<RecordMetadata>()(await producer.send({ topic: 't', key: 'k', value: Buffer.from('v') }))
  expectType<RecordMetadata[]>()(await producer.sendBatch([{ topic: 't', value: null }, { topic: 'u' }]))
  // Optional things may also be undefined here: records are often made of what there is.
  await producer.send({ topic: 't', key: undefined, value: 'v', timestamp: undefined })
  // @ts-expect-error A number is no bytes.
  await producer.send({ topic: 't', value: 1 })
  // @ts-expect-error A record needs a topic.
  await producer.send({ value: 'v' })
}

export async function whatWasConsumedCanBeSent(producer: Producer, record: ConsumerRecord): Promise<void> {
  await producer.send({ topic: 'copies', key: record.key, value: record.value })
}

export async function aTransactionGivesWhatItsWorkGives(producer: Producer): Promise<void> {
  const sent = await producer.transaction(async (tx) => {
    await tx.sendOffsets([{ topic: 't', partition: 0, offset: 1 }], client.consumer({ groupId: 'g' }).member!)
    return (await tx.sendBatch([{ topic: 't', value: 'v' }])).length
  })
  expectType<number>()(sent)
}

export function headersAreByNameOrInPairs(): void {
  const byName: Headers = { one: 'a', several: ['b', Buffer.from('c')], none: null }
  const pairs: Headers = new Map([['name', 'value']])
  // @ts-expect-error A number is no bytes.
  const wrong: Headers = { one: 1 }
  void [byName, pairs, wrong]
}

export function optionsAreNamedAsTheyAre(): void {
  const partitioner: Partitioner = ({ topic }) => (topic === 'odd' ? 1 : undefined)
  expectType<Producer>()(client.producer({ acks: 'all', compression: 'zstd', compressionLevel: 9, partitioner }))
  expectType<Writable>()(client.producer().writable())
  // @ts-expect-error There is no such codec.
  client.producer({ compression: 'brotli' })
  // @ts-expect-error There are all, 1 and 0.
  client.producer({ acks: 2 })
  // @ts-expect-error It is called lingerMs.
  client.producer({ linger: 5 })
}
