// What stands around the examples in the documents: the code before and after each one, and what it prints then.

export interface Scene {
  /** Its address in the documents: `docs/client.md 2` is the second example there. */
  readonly example: string
  /** Needs what Ottla lacks: it is compiled, and runs on Apache Kafka if OTTLA_TEST_KAFKA names one. */
  readonly on?: 'kafka'
  readonly before?: string
  readonly after?: string
  readonly prints: RegExp
}

const client = `import { createClient } from '@ottla/client'
const client = createClient({ bootstrap: 'localhost:9092' })
`
const producer = `${client}const producer = client.producer()
`
const orders = `import { z } from 'zod'
import { defineTopic, serializers } from '@ottla/client'
const orders = defineTopic('orders', { key: serializers.string, value: serializers.json(z.object({ cents: z.number() })) })
`
const close = 'await client.close()\n'

export const scenes: readonly Scene[] = [
  {
    example: 'README.md 1',
    before: `const log = console.log
console.log = (...words) => {
  log(...words)
  void client.close()
}
`,
    prints: /^0 hello$/m,
  },
  {
    example: 'README.md 2',
    before: 'const connect = console.log\n',
    prints: /^127\.0\.0\.1:\d+$/m,
  },
  { example: 'docs/client.md 1', after: 'console.log(client.metrics().connections.open)\n', prints: /^0$/m },
  {
    example: 'docs/client.md 2',
    before: client,
    after: `console.log(partition, offset, producer.metrics().recordsDelivered)\n${close}`,
    prints: /^0 0 3$/m,
  },
  {
    example: 'docs/client.md 3',
    on: 'kafka',
    before: `${client}
const before = client.producer()
const sent = await before.send({ topic: 'jobs', value: 'a job' })
const consumer = client.consumer({ groupId: 'g-' + Date.now(), topics: 'jobs', autoOffsetReset: 'earliest' })
const { value: record } = await consumer[Symbol.asyncIterator]().next()
const value = String(record.value)
`,
    after: `const [moved] = await consumer.committed([{ topic: 'jobs', partition: sent.partition }])
console.log(moved?.committed?.offset === record.offset + 1)
${close}`,
    prints: /^true$/m,
  },
  {
    example: 'docs/client.md 4',
    before: `${producer}import { z } from 'zod'
const orderSchema = z.object({ cents: z.number() })
const log = console.log
console.log = (cents) => {
  log('read', cents)
  void client.close()
}
`,
    prints: /^read 250$/m,
  },
  {
    example: 'docs/consumer.md 1',
    before: `import { type ConsumerRecord, createClient as create } from '@ottla/client'
const seeding = create({ bootstrap: 'localhost:9092' })
await seeding.producer().sendBatch(['a', 'b', 'c'].map((value) => ({ topic: 'orders', value })))
await seeding.close()
let bills = 0
async function bill(record: ConsumerRecord) {
  console.log('bill', String(record.value))
  if (++bills === 3) void client.close()
}
`,
    prints: /^bill a\nbill b\nbill c$/m,
  },
  {
    example: 'docs/consumer.md 2',
    before: `${producer}${orders}
await producer.sendBatch(['{}', '{"cents":7}'].map((value) => ({ topic: 'orders', value })))
await client.admin().alterConsumerGroupOffsets('billing', [{ topic: 'orders', partition: 0, offset: 0 }])
`,
    after: `for await (const { value } of consumer) {
  console.log(value?.cents)
  break
}
const [unreadable] = await consumer.endOffsets([{ topic: 'orders-unreadable', partition: 0 }])
console.log('unreadable:', unreadable?.offset)
${close}`,
    prints: /^7\nunreadable: 1$/m,
  },
  {
    example: 'docs/consumer.md 3',
    on: 'kafka',
    before: `${client}import type { ShareRecord } from '@ottla/client'
const set = { 'share.auto.offset.reset': 'earliest' }
await client.admin().incrementalAlterConfigs([{ type: 'group', name: 'mails', set }])
await client.producer().send({ topic: 'mails', value: 'hello' })
async function send(record: ShareRecord) {
  console.log('mail', String(record.value))
  void client.close()
}
`,
    prints: /^mail hello$/m,
  },
  {
    example: 'docs/kafkajs.md 1',
    before: `const log = console.log
console.log = (...line) => {
  if (!String(line[0]).startsWith('orders')) return
  log(...line)
  void consumer.disconnect()
}
`,
    prints: /^orders 0 0 250$/m,
  },
  {
    example: 'docs/observability.md 1',
    after: `await client.admin().describeCluster()\n${close}`,
    prints: /^debug connected to a broker \{ broker: '/m,
  },
  { example: 'docs/observability.md 2', before: client, prints: /^0 undefined undefined$/m },
  {
    example: 'docs/observability.md 3',
    before: client,
    after: `await client.admin().describeCluster()\n${close}`,
    prints: /^127\.0\.0\.1:\d+ ApiVersions \d+/m,
  },
  {
    example: 'docs/observability.md 4',
    before: producer,
    after: `const { offset } = await producer.send({ topic: 'orders', value: 'v' })\nconsole.log(offset)\n${close}`,
    prints: /^0$/m,
  },
]
