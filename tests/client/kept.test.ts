// What is closed must not be kept by what stays open: neither by its client nor by timers, signals and sockets.
import { equal } from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createClient } from '@ottla/client'
import { eventually, onKafka, onOttla, type Scene } from './brokers.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void
const rounds = 10

interface Closable {
  close(): Promise<void>
}
type Makers = Readonly<Record<string, () => Promise<Closable>>>

onOttla('consumers, share consumers, producers and clients that are closed are not kept', async (scene) => {
  const { client, name } = scene
  await isLetGo(scene, {
    consumer: async () => {
      const consumer = client.consumer({ groupId: name, topics: name, autoOffsetReset: 'earliest' })
      for await (const _ of consumer) break
      return consumer
    },
    shareConsumer: async () => client.shareConsumer({ groupId: `${name}-share`, topics: name }),
    producer: async () => {
      const producer = client.producer()
      await producer.send({ topic: name, value: 'v' })
      return producer
    },
    client: async () => {
      const other = createClient({ bootstrap: scene.bootstrap })
      await other.admin().listTopics()
      return other
    },
  })
})

onKafka(
  'members of KIP-848 and share groups and transactional producers that are closed are not kept',
  async (scene) => {
    const { client, name } = scene
    await isLetGo(scene, {
      consumer: async () => {
        const options = { groupId: name, topics: name, groupProtocol: 'consumer', autoOffsetReset: 'earliest' } as const
        const consumer = client.consumer({ ...options, isolationLevel: 'read_committed' })
        for await (const _ of consumer) break
        return consumer
      },
      shareConsumer: async () => {
        const consumer = client.shareConsumer({ groupId: `${name}-share`, topics: name })
        // It settles when the consumer is closed.
        void consumer.run({ eachRecord() {} })
        await eventually(
          async () => consumer.metrics().assignedPartitions,
          (partitions) => partitions > 0,
        )
        return consumer
      },
      transactionalProducer: async () => {
        const producer = client.producer({ transactionalId: name })
        await producer.transaction((tx) => tx.send({ topic: name, value: 'v' }))
        const failed = producer.transaction(async (tx) => {
          await tx.send({ topic: name, value: 'v' })
          throw new Error('no')
        })
        await failed.catch(() => {})
        return producer
      },
      client: async () => {
        const other = createClient({ bootstrap: scene.bootstrap })
        await other
          .producer({ transactionalId: `${name}-other` })
          .transaction((tx) => tx.send({ topic: name, value: 'v' }))
        return other
      },
    })
  },
)

/** Makes and closes some of each kind, and looks whether they are gone. */
async function isLetGo({ client, name }: Scene, makers: Makers): Promise<void> {
  await client.admin().createTopics([{ name, partitions: 2, replicationFactor: 1 }])
  await client.producer().send({ topic: name, value: 'v' })
  const made = new Map<string, WeakRef<object>[]>()
  for (const [kind, make] of Object.entries(makers)) made.set(kind, await madeAndClosed(make))
  // What is closed is let go when the next is made.
  client.producer()

  const kept = () =>
    JSON.stringify(Object.fromEntries([...made].map(([kind, refs]) => [kind, refs.filter(isKept).length])))
  const none = JSON.stringify(Object.fromEntries([...made.keys()].map((kind) => [kind, 0])))
  for (let turn = 0; turn < 100 && kept() !== none; turn++) {
    await pause(20)
    collectGarbage()
  }
  equal(kept(), none)
}

const isKept = (ref: WeakRef<object>) => ref.deref() !== undefined

async function madeAndClosed(make: () => Promise<Closable>): Promise<WeakRef<object>[]> {
  const refs: WeakRef<object>[] = []
  for (let round = 0; round < rounds; round++) {
    const each = await make()
    await each.close()
    refs.push(new WeakRef(each))
  }
  return refs
}
