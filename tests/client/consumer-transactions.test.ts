// Consumers among transactions, against Apache Kafka: Ottla has none yet.
import assert from 'node:assert/strict'
import type { Consumer } from '@ottla/client'
import { onKafka } from './brokers.ts'

async function values(consumer: Consumer, last: string): Promise<string[]> {
  const seen: string[] = []
  for await (const { value } of consumer) {
    seen.push(String(value))
    if (String(value) === last) break
  }
  return seen
}

onKafka('a reader of committed records sees nothing of what was aborted, and gets to the end', async (scene) => {
  const { client, name: topic } = scene
  await client.admin().createTopics([{ name: topic, partitions: 1, replicationFactor: 1 }])
  const producer = client.producer({ transactionalId: topic })
  await producer.transaction((tx) => tx.sendBatch(['a', 'b'].map((value) => ({ topic, value }))))
  const aborted = producer.transaction(async (tx) => {
    await tx.sendBatch(['x', 'y'].map((value) => ({ topic, value })))
    throw new Error('no')
  })
  await assert.rejects(aborted, /no/)
  await producer.transaction((tx) => tx.send({ topic, value: 'c' }))
  await using committed = client.consumer({ autoOffsetReset: 'earliest', isolationLevel: 'read_committed' })
  await committed.assign([{ topic, partition: 0 }])
  assert.deepEqual(await values(committed, 'c'), ['a', 'b', 'c'])
  await using all = client.consumer({ autoOffsetReset: 'earliest' })
  await all.assign([{ topic, partition: 0 }])
  assert.deepEqual(await values(all, 'c'), ['a', 'b', 'x', 'y', 'c'])
})

onKafka('the end of a transaction counts as read, so that no lag is left', async ({ client, name: topic }) => {
  await client.admin().createTopics([{ name: topic, partitions: 1, replicationFactor: 1 }])
  const producer = client.producer({ transactionalId: topic })
  await producer.transaction((tx) => tx.send({ topic, value: 'a' }))
  const options = {
    groupId: topic,
    topics: topic,
    autoOffsetReset: 'earliest',
    isolationLevel: 'read_committed',
  } as const
  const consumer = client.consumer(options)
  const reading = consumer.run({ eachRecord() {} })
  while (consumer.lag()[0]?.lag !== 0) await new Promise((resolve) => setTimeout(resolve, 50))
  await consumer.close()
  await reading
  await using next = client.consumer(options)
  const [stored] = await next.committed([{ topic, partition: 0 }])
  // The record, and the marker behind it.
  assert.equal(stored!.committed!.offset, 2)
})

onKafka('records move between topics together with the offsets of what they were made of', async ({ client, name }) => {
  const [source, target] = [`${name}-source`, `${name}-target`]
  await client
    .admin()
    .createTopics([source, target].map((topic) => ({ name: topic, partitions: 1, replicationFactor: 1 })))
  await client.producer().sendBatch(['1', '2', '3', '4'].map((value) => ({ topic: source, value })))
  const producer = client.producer({ transactionalId: name })
  const options = { groupId: name, topics: source, autoOffsetReset: 'earliest', autoCommit: false } as const
  const consumer = client.consumer(options)
  let moved = 0
  for await (const { value, partition, offset } of consumer) {
    const moving = producer.transaction(async (tx) => {
      await tx.send({ topic: target, value: `moved ${value}` })
      await tx.sendOffsets([{ topic: source, partition, offset: offset + 1 }], consumer.member!)
      if (offset === 2) throw new Error('this one is left')
    })
    await moving.catch(() => {})
    if (++moved === 3) break
  }
  await consumer.close()
  await using reader = client.consumer({ autoOffsetReset: 'earliest', isolationLevel: 'read_committed' })
  await reader.assign([{ topic: target, partition: 0 }])
  assert.deepEqual(await values(reader, 'moved 2'), ['moved 1', 'moved 2'])
  await using again = client.consumer(options)
  assert.deepEqual(await values(again, '4'), ['3', '4'])
})
