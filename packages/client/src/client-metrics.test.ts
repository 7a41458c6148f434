import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from './client.ts'
import { total, totals } from './client-metrics.ts'
import { FakeCluster } from './testing/fake-cluster.ts'
import { SimulatedRuntime } from './testing/simulated-runtime.ts'

test('what producers have done stays in the count when they are closed', () => {
  const runtime = new SimulatedRuntime()
  const fake = new FakeCluster(runtime)
  return runtime.run(async () => {
    await fake.start()
    fake.createTopic('t')
    const client = createClient({ bootstrap: fake.bootstrap, runtime })
    equal(client.metrics().producers, undefined)
    for (let sent = 1; sent <= 3; sent++) {
      const producer = client.producer()
      await producer.send({ topic: 't', value: 'v' })
      await producer.close()
      equal(client.metrics().producers?.recordsDelivered, sent)
    }
    const { connections, producers } = client.metrics()
    deepEqual([connections.open, connections.failed, producers?.bufferedBytes], [3, 0, 0])
    await client.close()
    equal(client.metrics().connections.open, 0)
  })
})

test('numbers are added at any depth, and once for each group', () => {
  const of = (groupId: string, n: number, lag?: number) => ({ groupId, n, lag, connections: { open: n } })
  deepEqual(totals([of('a', 1, 5), of('b', 2), of('a', 3)]), [
    { groupId: 'a', n: 4, lag: 5, connections: { open: 4 } },
    { groupId: 'b', n: 2, lag: undefined, connections: { open: 2 } },
  ])
  equal(total([]), undefined)
})

test('of several consumers, the one counts that has asked for records longest ago', () => {
  const of = (sincePollMs: number | undefined) => ({ groupId: 'a', sincePollMs })
  deepEqual(totals([of(undefined), of(700), of(0), of(900)]), [of(900)])
  deepEqual(totals([of(300), of(undefined)]), [of(300)])
  deepEqual(totals([of(undefined)]), [of(undefined)])
})
