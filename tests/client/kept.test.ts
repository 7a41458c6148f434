// What is closed must not be kept by what stays open: neither by its client nor by timers, signals and sockets.
import { equal } from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createClient } from '@ottla/client'
import { startBroker } from 'ottla'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void
const rounds = 10

test('consumers, share consumers, producers and clients that are closed are not kept', async () => {
  await using broker = await startBroker()
  await using client = createClient({ bootstrap: broker.bootstrapServers })
  await client.admin().createTopics([{ name: 'kept', partitions: 2 }])
  await client.producer().send({ topic: 'kept', value: 'v' })

  const makers = {
    consumer: async () => {
      const consumer = client.consumer({ groupId: 'kept', topics: 'kept', autoOffsetReset: 'earliest' })
      for await (const _ of consumer) break
      return consumer
    },
    shareConsumer: async () => client.shareConsumer({ groupId: 'kept-share', topics: 'kept' }),
    producer: async () => {
      const producer = client.producer()
      await producer.send({ topic: 'kept', value: 'v' })
      return producer
    },
    client: async () => {
      const other = createClient({ bootstrap: broker.bootstrapServers })
      await other.admin().listTopics()
      return other
    },
  }
  const made = new Map<string, WeakRef<object>[]>()
  for (const [kind, make] of Object.entries(makers)) made.set(kind, await madeAndClosed(make))
  // What is closed is let go when the next is made.
  client.producer()

  const kept = () => Object.fromEntries([...made].map(([kind, refs]) => [kind, refs.filter(isKept).length]))
  const none = JSON.stringify({ consumer: 0, shareConsumer: 0, producer: 0, client: 0 })
  for (let turn = 0; turn < 100 && JSON.stringify(kept()) !== none; turn++) {
    await pause(20)
    collectGarbage()
  }
  equal(JSON.stringify(kept()), none)
})

const isKept = (ref: WeakRef<object>) => ref.deref() !== undefined

async function madeAndClosed(make: () => Promise<{ close(): Promise<void> }>): Promise<WeakRef<object>[]> {
  const refs: WeakRef<object>[] = []
  for (let round = 0; round < rounds; round++) {
    const each = await make()
    await each.close()
    refs.push(new WeakRef(each))
  }
  return refs
}
