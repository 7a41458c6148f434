import { deepEqual, equal, rejects } from 'node:assert/strict'
import type { Client, ConsumerRecord } from '@ottla/client'
import { onBoth, onKafka, onOttla } from './brokers.ts'

async function readAll(client: Client, topic: string, count: number): Promise<ConsumerRecord[]> {
  await using consumer = client.consumer({ groupId: `readers of ${topic}`, topics: topic, autoOffsetReset: 'earliest' })
  const records: ConsumerRecord[] = []
  for await (const record of consumer) if (records.push(record) === count) break
  return records
}

onBoth('what is sent with any codec is read as it was', async ({ client, name }) => {
  const values = Array.from({ length: 300 }, (_, i) => `value ${i} ${'x'.repeat(i)}`)
  for (const compression of ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const) {
    const producer = client.producer({ compression })
    await producer.sendBatch(values.map((value) => ({ topic: name, key: compression, value, headers: { n: 'ü' } })))
  }
  const records = await readAll(client, name, 5 * values.length)
  for (const compression of ['none', 'gzip', 'snappy', 'lz4', 'zstd']) {
    const ofCodec = records.filter((record) => String(record.key) === compression)
    deepEqual(
      ofCodec.map((record) => String(record.value)),
      values,
    )
  }
})

onBoth('keys go where the Java client sends them, and send says where that is', async ({ client, name }) => {
  await client.admin().createTopics([{ name, partitions: 7 }])
  const producer = client.producer()
  // Hash and partition as in Kafka's own test data: the keys of bytes 53 and be51.
  equal((await producer.send({ topic: name, key: Buffer.from('53', 'hex'), value: 'a' })).partition, 5)
  equal((await producer.send({ topic: name, key: Buffer.from('be51', 'hex'), value: 'b' })).partition, 2)
  const at = await producer.send({ topic: name, partition: 6, key: 'any', value: 'c', timestamp: 1_000 })
  deepEqual(at, { topic: name, partition: 6, offset: 0, timestamp: 1_000 })
})

onBoth('a batch that is larger than the topic allows is split', async ({ client, name }) => {
  await client.admin().createTopics([{ name, configs: { 'max.message.bytes': 20_000 } }])
  const producer = client.producer()
  const value = 'v'.repeat(1_000)
  const sent = await producer.sendBatch(Array.from({ length: 200 }, () => ({ topic: name, value })))
  deepEqual(
    sent.map(({ offset }) => offset),
    sent.map((_, i) => i),
  )
  await rejects(producer.send({ topic: name, value: 'v'.repeat(30_000) }), { name: 'MESSAGE_TOO_LARGE', topic: name })
  equal((await producer.send({ topic: name, value })).offset, 200)
})

onBoth('one record at a time, awaited, a thousand at once', async ({ client, name }) => {
  await client.admin().createTopics([{ name, partitions: 6 }])
  const producer = client.producer()
  await Promise.all(
    Array.from({ length: 1_000 }, async (_, i) => {
      for (let n = 0; n < 5; n++) await producer.send({ topic: name, key: `k${i}`, value: `${n}` })
    }),
  )
  const records = await readAll(client, name, 5_000)
  for (const ofKey of groupedByKey(records).values())
    deepEqual(
      ofKey.map((record) => String(record.value)),
      ['0', '1', '2', '3', '4'],
    )
})

function groupedByKey(records: readonly ConsumerRecord[]): Map<string, ConsumerRecord[]> {
  const byKey = new Map<string, ConsumerRecord[]>()
  for (const record of records) byKey.set(String(record.key), [...(byKey.get(String(record.key)) ?? []), record])
  return byKey
}

onBoth('records are sent with acks 1 and without any', async ({ client, name }) => {
  equal((await client.producer({ acks: 1 }).send({ topic: name, value: 'a' })).offset, 0)
  equal((await client.producer({ acks: 0 }).send({ topic: name, value: 'b' })).offset, -1)
  equal((await readAll(client, name, 2)).length, 2)
})

onKafka('a transaction is seen as a whole or not at all', async ({ client, name }) => {
  const [source, target] = [`${name}-source`, `${name}-target`]
  await client.admin().createTopics([{ name: source }, { name: target, partitions: 3 }])
  const producer = client.producer({ transactionalId: name })
  const result = await producer.transaction(async (tx) => {
    await tx.sendBatch([1, 2, 3].map((n) => ({ topic: target, key: `k${n}`, value: `committed ${n}` })))
    await tx.sendOffsets([{ topic: source, partition: 0, offset: 7 }], name)
    return 'done'
  })
  equal(result, 'done')
  await rejects(
    producer.transaction(async (tx) => {
      await tx.send({ topic: target, key: 'k1', value: 'aborted' })
      await tx.sendOffsets([{ topic: source, partition: 0, offset: 9 }], name)
      throw new Error('changed my mind')
    }),
    /changed my mind/,
  )
  await producer.transaction(async (tx) => void tx.send({ topic: target, key: 'k1', value: 'last' }))
  const offsets = await client.admin().listConsumerGroupOffsets(name, { requireStable: true })
  deepEqual(
    offsets.map(({ offset }) => offset),
    [7],
  )
  await using consumer = client.consumer({
    groupId: `readers of ${name}`,
    topics: target,
    autoOffsetReset: 'earliest',
    isolationLevel: 'read_committed',
  })
  const seen: string[] = []
  for await (const record of consumer) if (seen.push(String(record.value)) === 4) break
  deepEqual(seen.sort(), ['committed 1', 'committed 2', 'committed 3', 'last'])
})

onKafka('what fails within a transaction and is not awaited fails the transaction', async ({ client, name }) => {
  await client.admin().createTopics([{ name }])
  const producer = client.producer({ transactionalId: name })
  await rejects(
    producer.transaction(async (tx) => void tx.send({ topic: name, value: 'x'.repeat(3_000_000) })),
    { name: 'MESSAGE_TOO_LARGE' },
  )
  await producer.transaction(async (tx) => void (await tx.send({ topic: name, value: 'fine' })))
})

onKafka('a newer producer of the same transactional id shuts the older one out', async ({ client, name }) => {
  const [older, newer] = [1, 2].map(() => client.producer({ transactionalId: name }))
  const write = (producer = older!) => producer.transaction((tx) => tx.send({ topic: name, value: 'v' }))
  await write()
  await write(newer)
  await rejects(write(), { name: 'PRODUCER_FENCED', transactionalId: name, retriable: false })
  await rejects(write(), { name: 'PRODUCER_FENCED' })
})

onOttla('transactions, which it does not have yet, are refused in words', async ({ client, name }) => {
  const producer = client.producer({ transactionalId: name, deliveryTimeoutMs: 3_000 })
  await rejects(
    producer.transaction((tx) => tx.send({ topic: name, value: 'v' })),
    (error: Error) => error.message.length > 20,
  )
})
