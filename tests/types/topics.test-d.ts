// Types as tests: `npm run check` compiles this, nobody runs it. What must not compile stands below @ts-expect-error.
import {
  type Client,
  type ConsumerRecord,
  defineTopic,
  type RecordMetadata,
  type Serializer,
  type StandardSchema,
  serializers,
  type Topic,
} from '@ottla/client'
import { expectType } from './expect-type.ts'

interface Order {
  readonly cents: number
}
declare const client: Client
/** Takes dates as text, and gives dates: what goes in and what comes out differ. */
declare const dateSchema: StandardSchema<{ at: string }, { at: Date }>

const orders = defineTopic('orders', { key: serializers.string, value: serializers.json<Order>() })
const visits = defineTopic('visits', { key: serializers.int64, value: serializers.json(dateSchema) })
const blobs = defineTopic('blobs', {})

expectType<Topic<string, string, Order, Order>>()(orders)
expectType<Topic<bigint, bigint, { at: string }, { at: Date }>>()(visits)
expectType<Topic<Uint8Array, Buffer, Uint8Array, Buffer>>()(blobs)

export async function aTypedTopicTypesItsProducer(): Promise<void> {
  const producer = client.producer()
  expectType<RecordMetadata>()(await producer.send({ topic: orders, key: 'o-1', value: { cents: 1 } }))
  await producer.send({ topic: orders, key: null, value: null, headers: { source: 'web' }, partition: 3 })
  await producer.send({ topic: visits, key: 1n, value: { at: '2026-01-01' } })
  await producer.send({ topic: blobs, value: new Uint8Array(1) })
  await producer.transaction((tx) => tx.send({ topic: orders, value: { cents: 1 } }))
  // @ts-expect-error A key is a string.
  await producer.send({ topic: orders, key: 1, value: { cents: 1 } })
  // @ts-expect-error A value has cents.
  await producer.send({ topic: orders, key: 'o-1', value: {} })
  // @ts-expect-error What goes in is text, not a date.
  await producer.send({ topic: visits, key: 1n, value: { at: new Date(0) } })
  // @ts-expect-error Nothing that would be called so.
  await producer.send({ topic: orders, value: { cents: 1 }, header: {} })
}

export async function aTypedTopicTypesItsConsumer(): Promise<void> {
  for await (const record of client.consumer({ groupId: 'billing', ...orders.reading })) {
    expectType<ConsumerRecord<string | null, Order | null>>()(record)
    // @ts-expect-error A tombstone has no value.
    record.value.cents
  }
  for await (const { value } of client.shareConsumer({ groupId: 'queue', ...visits.reading }))
    expectType<{ at: Date } | null>()(value)
  for await (const batch of client.consumer({ groupId: 'g', ...visits.reading }).batches())
    for await (const { key } of batch) expectType<bigint | null>()(key)
}

export function aSerializerIsWhatHasBothWays(): void {
  const upper: Serializer<string> = { serialize: (text) => text.toUpperCase(), deserialize: (bytes) => String(bytes) }
  defineTopic('shouts', { value: upper })
  // @ts-expect-error There is no way back.
  defineTopic('shouts', { value: { serialize: (text: string) => text } })
  expectType<Serializer<unknown>>()(serializers.json())
}
