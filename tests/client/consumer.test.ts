// The consumer against Ottla in this process, and against Apache Kafka in the runs that have one.
import { onBoth, type Scene } from './brokers.ts'
import { partitionCount, type Scenario, scenarios } from './consumer-scenarios.ts'

async function play(scenario: Scenario, { client, name: topic }: Scene): Promise<void> {
  const producer = client.producer()
  const admin = client.admin()
  const created = new Set<string>()
  await scenario.run({
    client,
    topic,
    async write(count, name = topic) {
      if (!created.has(name)) await admin.createTopics([{ name, partitions: partitionCount, replicationFactor: 1 }])
      created.add(name)
      await producer.sendBatch(
        Array.from({ length: count }, (_, i) => ({ topic: name, key: `k${i % 7}`, value: `v${i}` })),
      )
    },
  })
}

for (const scenario of scenarios) onBoth(scenario.name, (scene) => play(scenario, scene))
