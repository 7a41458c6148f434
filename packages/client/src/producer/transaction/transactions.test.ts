import { rejects } from 'node:assert/strict'
import { test } from 'node:test'
import { Cluster } from '../../connection/cluster.ts'
import { faultless } from '../../testing/fake-broker.ts'
import { FakeCluster } from '../../testing/fake-cluster.ts'
import { FakeTransactions } from '../../testing/fake-transactions.ts'
import { SimulatedRuntime } from '../../testing/simulated-runtime.ts'
import { Producer } from '../producer.ts'

for (const isVersion2 of [false, true])
  test(`whose place was taken does not take it back after a failure (version ${isVersion2 ? 2 : 1})`, async () => {
    const runtime = new SimulatedRuntime()
    const fake = new FakeCluster(runtime)
    fake.createTopic('t')
    new FakeTransactions(fake, isVersion2)
    await runtime.run(async () => {
      await fake.start()
      const options = { bootstrap: fake.bootstrap, runtime, requestTimeoutMs: 1_000 }
      const clusters = [new Cluster(options), new Cluster(options)]
      const settings = { transactionalId: 'x', deliveryTimeoutMs: 5_000 }
      const [older, newer] = clusters.map((cluster) => new Producer(cluster, settings))
      const write = (producer: Producer) => producer.transaction((tx) => tx.send({ topic: 't', value: 'v' }))
      await write(older!)
      // The coordinator's answers are lost at the commit: the producer does not know what became of it.
      fake.brokers[0]!.answerFaults = { ...faultless, lost: 1 }
      await rejects(write(older!))
      fake.brokers[0]!.answerFaults = faultless
      await write(newer!)
      await rejects(write(older!), { name: 'PRODUCER_FENCED' })
      await write(newer!)
      await newer!.close()
      await older!.close()
      for (const cluster of clusters) cluster.close()
    })
  })
