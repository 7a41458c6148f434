import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { createClient } from '@ottla/client'
import { observeMetrics } from '@ottla/opentelemetry'
import { startBroker } from 'ottla'

test("the client's counts become metrics, each with what it is of", async () => {
  await using broker = await startBroker()
  await using client = createClient({ bootstrap: broker.bootstrapServers, clientId: 'shop' })
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
  const meterProvider = new MeterProvider({ readers: [reader] })
  const stop = observeMetrics(client, { meterProvider })

  const producer = client.producer()
  await producer.sendBatch(['a', 'b', 'c'].map((value) => ({ topic: 'orders', value })))
  const consumer = client.consumer({ groupId: 'billing', topics: 'orders', autoOffsetReset: 'earliest' })
  let count = 0
  for await (const record of consumer)
    if (++count === 3) {
      await consumer.commit(record)
      break
    }
  await producer.close()

  const found = async () => {
    exporter.reset()
    await reader.forceFlush()
    const metrics = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))
    return (name: string, of: object) => {
      const points = metrics.find(({ descriptor }) => descriptor.name === name)?.dataPoints ?? []
      const wanted = { 'messaging.client.id': 'shop', ...of }
      return points.find(({ attributes }) => isEqual(attributes, wanted))?.value
    }
  }
  const billing = { 'messaging.consumer.group.name': 'billing' }
  const value = await found()
  assert.equal(value('messaging.client.sent.messages', {}), 3)
  assert.equal(value('messaging.client.consumed.messages', billing), 3)
  assert.equal(value('ottla.consumer.lag', billing), 0)
  assert.equal(value('ottla.consumer.partitions.moved', { ...billing, event: 'assigned' }), 1)
  const { connections, consumers } = client.metrics()
  assert.equal(value('ottla.client.connections', {}), connections.open + consumers[0]!.connections.open)
  assert.ok(Number(value('ottla.client.io', { direction: 'sent' })) > 500)
  assert.equal(value('ottla.client.connections.ended', { reason: 'lost' }), 0)

  await consumer.close()
  const later = await found()
  assert.equal(later('ottla.consumer.partitions', billing), 0)
  assert.equal(later('messaging.client.consumed.messages', billing), 3, 'a closed consumer stays in the counts')
  stop()
  await meterProvider.shutdown()
})

function isEqual(a: object, b: object): boolean {
  try {
    assert.deepEqual(a, b)
    return true
  } catch {
    return false
  }
}
