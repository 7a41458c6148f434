// Share groups (KIP-932) against Apache Kafka 4.2 or later, if OTTLA_TEST_KAFKA names one that runs: Ottla has none yet.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Client, createClient, type ShareRecord } from '@ottla/client'

const kafka = process.env.OTTLA_TEST_KAFKA
const skip = kafka === undefined && 'OTTLA_TEST_KAFKA names no running Kafka'
let groups = 0

interface Queue {
  readonly client: Client
  readonly options: { readonly groupId: string; readonly topics: string }
}

/** A topic of two partitions with so many records, and a group that reads it from its beginning. */
async function withQueue(count: number, run: (queue: Queue) => Promise<void>): Promise<void> {
  await using client = createClient({ bootstrap: kafka! })
  const name = `share-${Date.now()}-${groups++}`
  const admin = client.admin()
  await admin.createTopics([{ name, partitions: 2, replicationFactor: 1 }])
  await admin.incrementalAlterConfigs([{ type: 'group', name, set: { 'share.auto.offset.reset': 'earliest' } }])
  await client.producer().sendBatch(Array.from({ length: count }, (_, i) => ({ topic: name, value: `${i}` })))
  await run({ client, options: { groupId: name, topics: name } })
}

const id = ({ partition, offset }: ShareRecord) => `${partition}@${offset}`

test('members divide the records, and each is handled once', { skip }, () =>
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

test('a record whose handler fails comes again, and a rejected one does not', { skip }, () =>
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

test('what a loop has not decided when it is left is free for others at once', { skip }, () =>
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

test('a lock is renewed while a record takes longer', { skip }, () =>
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
