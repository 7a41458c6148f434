// Moves records from one topic to another, each exactly once: what is written and how far was read take effect together.
import { type Client, createClient } from '@ottla/client'
import { findBroker } from '../broker.ts'

const orders = `orders-${Date.now()}`
const invoices = `invoices-${Date.now()}`
const count = 50

await using broker = await findBroker({ feature: 'transaction.version' })
await using client = createClient({ bootstrap: broker.bootstrap })
await client.admin().createTopics([orders, invoices].map((name) => ({ name, partitions: 2, replicationFactor: 1 })))
await client
  .producer()
  .sendBatch(Array.from({ length: count }, (_, i) => ({ topic: orders, key: `o-${i}`, value: `${i}` })))

// The mover stops in the middle of its 20th record. Another one takes its place.
await moveOrders(client, { stumbleAt: 20 }).catch((error) => console.log(`The first mover stumbled: ${error.message}`))
await moveOrders(client, {})
console.log(`${await countInvoices(client)} invoices for ${count} orders.`)

/** For each order an invoice, and the order marked as read, in one transaction: both, or none of them. */
async function moveOrders(client: Client, { stumbleAt }: { stumbleAt?: number }): Promise<void> {
  const producer = client.producer({ transactionalId: `mover-of-${orders}` })
  const consumer = client.consumer({
    groupId: `movers-of-${orders}`,
    topics: orders,
    autoOffsetReset: 'earliest',
    // The transaction commits the offsets; nobody else may.
    autoCommit: false,
  })
  let moved = await alreadyMoved(client)
  try {
    for await (const { topic, partition, offset, key, value } of consumer) {
      await producer.transaction(async (transaction) => {
        await transaction.send({ topic: invoices, key, value: `invoice for order ${value}` })
        if (moved === stumbleAt) throw new Error('a power cut, say')
        await transaction.sendOffsets([{ topic, partition, offset: offset + 1 }], consumer.member!)
      })
      if (++moved === count) break
    }
  } finally {
    await consumer.close()
    await producer.close()
  }
}

async function alreadyMoved(client: Client): Promise<number> {
  const offsets = await client
    .admin()
    .listConsumerGroupOffsets(`movers-of-${orders}`)
    .catch(() => [])
  return offsets.reduce((sum, { offset }) => sum + offset, 0)
}

/** As other programs see it: `read_committed` leaves out what was aborted. */
async function countInvoices(client: Client): Promise<number> {
  const consumer = client.consumer({ isolationLevel: 'read_committed' })
  const partitions = [0, 1].map((partition) => ({ topic: invoices, partition, offset: 0 }))
  await consumer.assign(partitions)
  const seen: string[] = []
  for await (const { key } of consumer) {
    seen.push(String(key))
    // Every order once, or the line above says otherwise.
    if (new Set(seen).size === count) break
  }
  await consumer.close()
  return seen.length
}
