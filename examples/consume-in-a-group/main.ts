// Three members of a group share the partitions of a topic. One of them leaves; the others take over.
import { type Client, type Consumer, createClient } from '@ottla/client'
import { findBroker } from '../broker.ts'

const topic = 'parcels'
const count = 600

await using broker = await findBroker()
await using client = createClient({ bootstrap: broker.bootstrap })
await client.admin().createTopics([{ name: topic, partitions: 6, replicationFactor: 1 }])
await sendParcels(client, 0, count / 2)

const handled = new Map<string, number>()
const members = ['ann', 'bob', 'eve'].map((name) => ({ name, consumer: join(client, name) }))
const working = members.map(({ name, consumer }) => work(name, consumer))

await until(() => handled.size === count / 2)
await until(() => members.every(({ consumer }) => consumer.assignment.length === 2))
for (const { name, consumer } of members) console.log(`${name} has ${consumer.assignment.length} of the 6 partitions.`)

const [ann, ...others] = members
await ann!.consumer.close()
await until(() => others.every(({ consumer }) => consumer.assignment.length === 3))
console.log('ann has left; bob and eve have 3 partitions each.')

await sendParcels(client, count / 2, count)
await until(() => handled.size === count)
const twice = [...handled.values()].filter((times) => times > 1).length
console.log(`${handled.size} parcels were handled, ${twice} of them twice.`)
await Promise.all(others.map(({ consumer }) => consumer.close()))
await Promise.all(working)

function join(client: Client, name: string): Consumer {
  return client.consumer({
    groupId: 'depot',
    topics: topic,
    autoOffsetReset: 'earliest',
    onPartitionsRevoked: (partitions) => console.log(`${name} gives up ${partitions.length} partitions.`),
  })
}

/** Works until the consumer closes. What a handler has finished is committed: whoever takes over goes on behind it. */
async function work(name: string, consumer: Consumer): Promise<void> {
  await consumer.run({
    concurrency: 2,
    eachRecord: async ({ value }) => {
      const parcel = String(value)
      handled.set(parcel, (handled.get(parcel) ?? 0) + 1)
      if (handled.size % 100 === 0) console.log(`${name} handles the ${handled.size}th parcel.`)
    },
  })
}

async function sendParcels(client: Client, from: number, to: number): Promise<void> {
  const producer = client.producer()
  const parcels = Array.from({ length: to - from }, (_, i) => `parcel-${from + i}`)
  await producer.sendBatch(parcels.map((value, i) => ({ topic, partition: i % 6, value })))
  await producer.close()
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 20))
}
