import assert from 'node:assert/strict'
import kafkajsModule from 'kafkajs'
import { type Scenario, unique } from '../harness/target.ts'
import { createTopic, startReader, text, withAdmin, withProducer } from './kafkajs-client.ts'

const { CompressionTypes } = kafkajsModule
const values = (count: number) => Array.from({ length: count }, (_, i) => `value ${i}`)

/** All that lies in the topic, read by a group of its own. */
async function readAll(address: string, topic: string, count: number) {
  const reader = await startReader(address, { group: unique('kafkajs-read'), topics: [topic] })
  return reader.take(count).finally(() => reader.close())
}

export const recordScenarios: Scenario[] = [
  {
    name: 'records of one partition come back in order with base offset and timestamps',
    run: async (address) => {
      const topic = unique('kafkajs-order')
      await createTopic(address, topic)
      const before = Date.now()
      const [first] = await withProducer(address, (producer) =>
        producer.send({ topic, messages: values(500).map((value) => ({ value })) }),
      )
      assert.equal(first?.baseOffset, '0')
      const got = await readAll(address, topic, 500)
      assert.deepEqual(got.map(text), values(500))
      assert.deepEqual(
        got.map(({ message }) => Number(message.offset)),
        values(500).map((_, i) => i),
      )
      for (const { message } of got) assert.ok(Number(message.timestamp) >= before)
    },
  },
  {
    name: 'a timestamp that the producer gives is kept',
    run: async (address) => {
      const topic = unique('kafkajs-timestamp')
      await createTopic(address, topic)
      const timestamp = String(Date.now() - 86_400_000)
      await withProducer(address, (producer) => producer.send({ topic, messages: [{ value: 'x', timestamp }] }))
      assert.equal((await readAll(address, topic, 1))[0]?.message.timestamp, timestamp)
    },
  },
  ...(['None', 'GZIP'] as const).map(
    (codec): Scenario => ({
      name: `compression ${codec}`,
      run: async (address) => {
        const topic = unique(`kafkajs-${codec}`)
        await createTopic(address, topic)
        const messages = values(300).map((value) => ({ key: 'k', value }))
        await withProducer(address, (producer) =>
          producer.send({ topic, messages, compression: CompressionTypes[codec] }),
        )
        assert.deepEqual((await readAll(address, topic, 300)).map(text), values(300))
      },
    }),
  ),
  {
    name: 'headers, null keys, empty values and tombstones',
    run: async (address) => {
      const topic = unique('kafkajs-shapes')
      await createTopic(address, topic)
      const messages = [
        { key: 'key', value: 'value', headers: { one: '1', many: ['a', 'b'], bytes: Buffer.from([0, 255]) } },
        { key: null, value: 'no key' },
        { key: 'gone', value: null },
        { key: 'empty', value: '' },
      ]
      await withProducer(address, (producer) => producer.send({ topic, messages }))
      const [all, noKey, tombstone, empty] = await readAll(address, topic, 4)
      const headers = all?.message.headers ?? {}
      assert.equal(headers.one?.toString(), '1')
      assert.deepEqual([headers.many].flat().map(String), ['a', 'b'])
      assert.deepEqual(headers.bytes, Buffer.from([0, 255]))
      assert.equal(noKey?.message.key, null)
      assert.equal(tombstone?.message.value, null)
      assert.deepEqual(empty?.message.value, Buffer.alloc(0))
    },
  },
  {
    name: 'one key stays in one partition',
    run: async (address) => {
      const topic = unique('kafkajs-keys')
      await createTopic(address, topic, 6)
      const messages = values(600).map((value, i) => ({ key: `key ${i % 20}`, value }))
      await withProducer(address, (producer) => producer.send({ topic, messages }))
      const partitions = new Map<string, Set<number>>()
      for (const { message, partition } of await readAll(address, topic, 600)) {
        const key = String(message.key)
        partitions.set(key, (partitions.get(key) ?? new Set()).add(partition))
      }
      assert.equal(partitions.size, 20)
      for (const [key, where] of partitions) assert.equal(where.size, 1, `${key} lies in several partitions`)
    },
  },
  ...[-1, 0, 1].map(
    (acks): Scenario => ({
      name: `acks=${acks}`,
      run: async (address) => {
        const topic = unique('kafkajs-acks')
        await createTopic(address, topic)
        await withProducer(address, (producer) =>
          producer.send({ topic, acks, messages: values(20).map((value) => ({ value })) }),
        )
        assert.deepEqual((await readAll(address, topic, 20)).map(text), values(20))
      },
    }),
  ),
  {
    name: 'an idempotent producer writes each record once and in order',
    run: async (address) => {
      const topic = unique('kafkajs-idempotent')
      await createTopic(address, topic, 3)
      const sendAll = async (producer: Parameters<Parameters<typeof withProducer>[1]>[0]) => {
        for (const value of values(60)) await producer.send({ topic, messages: [{ key: 'one key', value }] })
      }
      await withProducer(address, sendAll, { idempotent: true, maxInFlightRequests: 1 })
      assert.deepEqual((await readAll(address, topic, 60)).map(text), values(60))
    },
  },
  {
    name: 'one sendBatch goes to several topics',
    run: async (address) => {
      const topics = [unique('kafkajs-batch'), unique('kafkajs-batch')]
      for (const topic of topics) await createTopic(address, topic, 2)
      const topicMessages = topics.map((topic) => ({ topic, messages: values(10).map((value) => ({ value })) }))
      await withProducer(address, (producer) => producer.sendBatch({ topicMessages }))
      for (const topic of topics) assert.equal((await readAll(address, topic, 10)).length, 10)
    },
  },
  {
    name: 'a record of 900,000 bytes goes through, one of 2,000,000 is refused',
    run: async (address) => {
      const topic = unique('kafkajs-large')
      await createTopic(address, topic)
      const large = Buffer.alloc(900_000, 'x')
      await withProducer(
        address,
        async (producer) => {
          await producer.send({ topic, messages: [{ value: large }] })
          const tooLarge = producer.send({ topic, messages: [{ value: Buffer.alloc(2_000_000) }] })
          await assert.rejects(tooLarge, { type: 'MESSAGE_TOO_LARGE' })
        },
        { retry: { retries: 0 } },
      )
      assert.deepEqual((await readAll(address, topic, 1))[0]?.message.value, large)
    },
  },
  {
    name: 'a topic comes into being when a producer asks for it',
    run: async (address) => {
      const topic = unique('kafkajs-auto')
      await withProducer(address, (producer) => producer.send({ topic, messages: [{ value: 'first' }] }), {
        allowAutoTopicCreation: true,
      })
      assert.deepEqual((await readAll(address, topic, 1)).map(text), ['first'])
      assert.ok((await withAdmin(address, (admin) => admin.listTopics())).includes(topic))
    },
  },
]
