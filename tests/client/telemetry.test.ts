import { deepEqual, equal, ok } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createClient } from '@ottla/client'
import { eventually, onKafka } from './brokers.ts'

const file = process.env.OTTLA_TEST_KAFKA_TELEMETRY
const sent = 'org.apache.kafka.producer.record.send.total'
const latency = 'org.apache.kafka.producer.node.request.latency.max'

// A Kafka that runs already has no reporter of ours; nor has one where there is no javac.
if (file !== undefined)
  onKafka('the broker reads what a client pushes, also the last push', async ({ client, name }) => {
    const set = { metrics: '*', 'interval.ms': 200, match: `client_id=${name}` }
    await client.admin().incrementalAlterConfigs([{ type: 'clientMetrics', name, set }])
    await client.admin().createTopics([{ name }])
    await eventually(
      () => client.admin().describeConfigs([{ type: 'clientMetrics', name }]),
      ([each]) => each !== undefined,
    )
    // What the admin reads is there before the broker gives it to clients, and a client asks again only much later.
    await new Promise((resolve) => setTimeout(resolve, 2000))
    const pushing = createClient({ bootstrap: process.env.OTTLA_TEST_KAFKA!, clientId: name })
    const id = await pushing.admin().clientInstanceId()
    for (let i = 0; i < 3; i++) await pushing.producer().send({ topic: name, value: 'v' })
    const linesOf = (wanted: string) =>
      readFileSync(file, 'utf8')
        .split('\n')
        .map((line) => line.split(' '))
        .filter(([clientId, , , metric]) => clientId === name && metric === wanted)
    const lines = async () => linesOf(sent)
    ok((await eventually(lines, (all) => all.length > 2)).length > 2)
    await pushing.close()
    const all = await eventually(lines, (some) => some.at(-1)?.[2] === 'true')
    deepEqual(all.at(-1), [name, id, 'true', sent, 'AGGREGATION_TEMPORALITY_DELTA', '0.0'])
    const [, , , , kind, ms, node] = linesOf(latency)[0]!
    ok(kind === 'GAUGE' && Number(ms) > 0 && /^node_id=node-\d+$/.test(node!), `${kind} ${ms} ${node}`)
    equal(
      all.reduce((sum, each) => sum + Number(each[5]), 0),
      3,
    )
  })
