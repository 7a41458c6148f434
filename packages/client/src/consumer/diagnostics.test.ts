import assert from 'node:assert/strict'
import { subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel'
import { test } from 'node:test'
import { pack } from '@ottla/protocol'
import { SimulatedRuntime } from '../testing/simulated-runtime.ts'
import { Consumer } from './consumer.ts'
import { FakeConsumerCluster } from './testing/fake-consumer-cluster.ts'

test('handlers, commits and rebalances are told to whoever listens, and counted', () => {
  const runtime = new SimulatedRuntime()
  const fake = new FakeConsumerCluster(runtime)
  const heard: string[] = []
  const rebalanced = (message: any) => heard.push(`${message.event} ${message.partitions.length}`)
  const listeners = (what: string) => ({
    start: () => void heard.push(`${what} begins`),
    end() {},
    asyncStart() {},
    asyncEnd: () => void heard.push(`${what} ends`),
    error() {},
  })
  const [processing, committing] = [listeners('handler'), listeners('commit')]
  return runtime.run(async () => {
    await fake.start()
    fake.createTopic('t').partitions[0]!.log.append(pack([{ timestamp: 1, value: Buffer.from('v') }]).bytes)
    tracingChannel('ottla:consumer:process').subscribe(processing)
    tracingChannel('ottla:consumer:commit').subscribe(committing)
    subscribe('ottla:consumer:rebalance', rebalanced)
    const consumer = new Consumer(
      { bootstrap: fake.bootstrap, runtime },
      { groupId: 'g', groupProtocol: 'classic', topics: 't', autoOffsetReset: 'earliest' },
    )
    await consumer.run({ eachRecord: () => void consumer.close() })
    await consumer.close()
    tracingChannel('ottla:consumer:process').unsubscribe(processing)
    tracingChannel('ottla:consumer:commit').unsubscribe(committing)
    unsubscribe('ottla:consumer:rebalance', rebalanced)
    assert.deepEqual(heard, [
      'assigned 1',
      'handler begins',
      'handler ends',
      'revoked 1',
      'commit begins',
      'commit ends',
    ])
    const { fetchedBytes, connections, rebalanceMs, openMs, waitedMs, ...metrics } = consumer.metrics()
    assert.ok(rebalanceMs > 0 && waitedMs > 0 && openMs > rebalanceMs)
    assert.ok(fetchedBytes > 0)
    assert.ok(connections.opened > 0 && connections.requests > 5 && connections.bytesReceived > fetchedBytes)
    assert.equal(connections.open, 0)
    assert.deepEqual(metrics, {
      groupId: 'g',
      fetchedRecords: 1,
      fetchRequests: metrics.fetchRequests,
      fetchFailures: 0,
      bufferedBytes: 0,
      commits: 1,
      commitFailures: 0,
      partitionsAssigned: 1,
      partitionsRevoked: 1,
      partitionsLost: 0,
      rebalances: 1,
      sincePollMs: undefined,
      assignedPartitions: 0,
      lag: undefined,
    })
  })
})
