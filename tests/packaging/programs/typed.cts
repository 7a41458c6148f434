// The same as a CommonJS module sees it.
import {
  type Client,
  type ConsumerRecord,
  createClient,
  defineTopic,
  OttlaError,
  type OttlaErrorName,
  serializers,
} from '@ottla/client'
import { type BrokerOptions, type EmbeddedBroker, startBroker } from 'ottla'

async function main(): Promise<void> {
  const options: BrokerOptions = { settings: { 'num.partitions': 6 } }
  const broker: EmbeddedBroker = await startBroker(options)
  await using client: Client = createClient({ bootstrap: broker.bootstrapServers })
  const orders = defineTopic('orders', { key: serializers.string, value: serializers.json<{ cents: number }>() })
  const { offset }: { offset: number } = await client.producer().send({ topic: orders, key: 'o', value: { cents: 1 } })
  for await (const record of client.consumer({ groupId: 'g', topics: orders.name })) {
    const each: ConsumerRecord = record
    console.log(each.value?.byteLength, offset)
  }
  try {
    await client.admin().createTopics([{ name: 'orders', partitions: 6 }])
  } catch (error) {
    if (error instanceof OttlaError) console.log(error.name satisfies OttlaErrorName, error.retriable satisfies boolean)
  }
  // @ts-expect-error There is no such option.
  await startBroker({ directroy: 'data' })
  // @ts-expect-error The topic says what its values are.
  await client.producer().send({ topic: orders, key: 'o', value: { cents: 'many' } })
}

void main()
