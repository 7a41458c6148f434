// The consumer against Ottla in this process; and against Apache Kafka, if OTTLA_TEST_KAFKA names one that runs.
import { test } from 'node:test'
import { createClient } from '@ottla/client'
import { startBroker } from 'ottla'
import { partitionCount, type Scenario, scenarios } from './consumer-scenarios.ts'

const kafka = process.env.OTTLA_TEST_KAFKA
let topics = 0

async function play(scenario: Scenario, bootstrap: string): Promise<void> {
  await using client = createClient({ bootstrap })
  const topic = `consumer-${Date.now()}-${topics++}`
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

for (const scenario of scenarios) {
  test(`on Ottla, ${scenario.name}`, async () => {
    await using broker = await startBroker()
    await play(scenario, broker.bootstrapServers)
  })
  const skip = kafka === undefined && 'OTTLA_TEST_KAFKA names no running Kafka'
  test(`on Apache Kafka, ${scenario.name}`, { skip }, () => play(scenario, kafka!))
}
