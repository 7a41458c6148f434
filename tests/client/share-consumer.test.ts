// Share groups (KIP-932) against Apache Kafka 4.2 or later: Ottla has none yet.
import assert from 'node:assert/strict'
import { tracingChannel } from 'node:diagnostics_channel'
import type { Client, ProcessMessage, ShareRecord } from '@ottla/client'
import { onKafka, type Scene } from './brokers.ts'

interface Queue {
  readonly client: Client
  readonly options: { readonly groupId: string; readonly topics: string }
}

/** A topic of two partitions with so many records, and a group that reads it from its beginning. */
const withQueue =
  (count: number, run: (queue: Queue) => Promise<void>) =>
  async ({ client, name }: Scene) => {
    const admin = client.admin()
    await admin.createTopics([{ name, partitions: 2, replicationFactor: 1 }])
    await admin.incrementalAlterConfigs([{ type: 'group', name, set: { 'share.auto.offset.reset': 'earliest' } }])
    await client.producer().sendBatch(Array.from({ length: count }, (_, i) => ({ topic: name, value: `${i}` })))
    await run({ client, options: { groupId: name, topics: name } })
  }

const id = ({ partition, offset }: ShareRecord) => `${partition}@${offset}`

onKafka(
  'members divide the records, and each is handled once',
  withQueue(100, async ({ client, options }) => {
    const seen: string[] = []
    const members = [client.shareConsumer(options), client.shareConsumer(options)]
    await Promise.all(
      members.map((member) =>
        member.run({
          concurrency: 4,
          eachRecord: (record) => {
            if (seen.push(id(record)) === 100) for (const each of members) void each.close()
          },
        }),
      ),
    )
    assert.equal(new Set(seen).size, 100)
  }),
)

onKafka(
  'a record whose handler fails comes again, and a rejected one does not',
  withQueue(20, async ({ client, options }) => {
    const deliveries = new Map<string, number>()
    await using consumer = client.shareConsumer(options)
    let open = 20
    await consumer.run({
      eachRecord: (record) => {
        deliveries.set(id(record), record.deliveryCount)
        const value = String(record.value)
        if (value === '3' && record.deliveryCount < 3) throw new Error('not yet')
        if (value === '7') record.reject()
        if (--open === 0) void consumer.close()
      },
      onError: () => 'release',
    })
    assert.deepEqual(
      [...deliveries.values()].filter((count) => count > 1),
      [3],
    )
  }),
)

onKafka(
  'what a loop has not decided when it is left is free for others at once',
  withQueue(5, async ({ client, options }) => {
    const first = client.shareConsumer(options)
    let held: ShareRecord | undefined
    for await (const record of first) {
      held = record
      break
    }
    await first.close()
    await using second = client.shareConsumer(options)
    const seen = new Map<string, number>()
    for await (const record of second) {
      seen.set(id(record), record.deliveryCount)
      if (seen.size === 5) break
    }
    assert.equal(seen.get(id(held!)), 2)
  }),
)

onKafka(
  'a lock is renewed while a record takes longer',
  withQueue(1, async ({ client, options }) => {
    const refused: unknown[] = []
    const onAcknowledgeError = (error: unknown) => refused.push(error)
    await using consumer = client.shareConsumer({ ...options, onAcknowledgeError })
    for await (const record of consumer) {
      record.renew()
      await consumer.commit()
      record.accept()
      await consumer.commit()
      break
    }
    assert.deepEqual(refused, [])
  }),
)

onKafka(
  'what a member does is counted, and its handlers are told to whoever listens',
  withQueue(4, async ({ client, options }) => {
    const told: string[] = []
    const listeners = {
      start: ({ groupId, record }: ProcessMessage) =>
        void told.push(`${groupId === options.groupId} ${record!.offset >= 0}`),
      end() {},
      asyncStart() {},
      asyncEnd() {},
      error() {},
    }
    tracingChannel<string, ProcessMessage>('ottla:consumer:process').subscribe(listeners)
    const consumer = client.shareConsumer(options)
    await consumer.run({
      eachRecord: (record) => {
        if (record.value?.toString() === '1') record.reject()
        if (record.value?.toString() === '2' && record.deliveryCount === 1) record.release()
        if (told.length === 5) void consumer.close()
      },
    })
    tracingChannel<string, ProcessMessage>('ottla:consumer:process').unsubscribe(listeners)
    await consumer.close()
    assert.deepEqual(told, Array(5).fill('true true'))
    const { groupId, recordsAcquired, accepted, rejected, released, connections } = client.metrics().shareConsumers[0]!
    assert.deepEqual([groupId, recordsAcquired, accepted, rejected, released], [options.groupId, 5, 3, 1, 1])
    assert.ok(connections.requests > 5 && connections.open === 0)
  }),
)
