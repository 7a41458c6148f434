// The consumer against Ottla in this process, and against Apache Kafka in the runs that have one.
import { eventually, onBoth, type Scene } from './brokers.ts'
import { partitionCount, type Scenario, scenarios } from './consumer-scenarios.ts'

async function play(scenario: Scenario, { client, name: topic }: Scene): Promise<void> {
  const producer = client.producer()
  const admin = client.admin()
  const created = new Set<string>()
  const send = (count: number, name: string, prefix = '') =>
    producer.sendBatch(
      Array.from({ length: count }, (_, i) => ({ topic: name, key: `k${i % 7}`, value: `${prefix}v${i}` })),
    )
  await scenario.run({
    client,
    topic,
    async write(count, name = topic) {
      if (!created.has(name)) await admin.createTopics([{ name, partitions: partitionCount, replicationFactor: 1 }])
      created.add(name)
      await send(count, name)
    },
    async recreate(count) {
      await admin.deleteTopics([topic])
      const isGone = (topics: readonly { readonly name: string }[]) => topics.every(({ name }) => name !== topic)
      await eventually(() => admin.listTopics(), isGone)
      // A consumer that asks for it may have created it already, with the partitions of the broker's setting.
      const creation = [{ name: topic, partitions: partitionCount, replicationFactor: 1 }]
      await admin.createTopics(creation).catch(async (error) => {
        if (error.name !== 'TOPIC_ALREADY_EXISTS') throw error
        await admin.createPartitions({ [topic]: partitionCount })
      })
      await send(count, topic, 'new-')
    },
  })
}

for (const scenario of scenarios) onBoth(scenario.name, (scene) => play(scenario, scene))
