// One trace goes through two topics: a web request sends an order, a worker handles it and sends a receipt, which a third
// program handles.
import { trace } from '@opentelemetry/api'
import { type Client, createClient } from '@ottla/client'
import { instrumentOttla, observeMetrics } from '@ottla/opentelemetry'
import { findBroker } from '../broker.ts'
import { meterProvider, printMetrics, printTraces } from './telemetry.ts'

await using broker = await findBroker()
await using client = createClient({ bootstrap: broker.bootstrap })

// These two lines are all that it takes. The traces are those of every client in this process.
instrumentOttla()
observeMetrics(client, { meterProvider })

const producer = client.producer()
const tracer = trace.getTracer('shop')
await tracer.startActiveSpan('POST /orders', async (span) => {
  await producer.send({ topic: 'orders', key: 'o-1', value: 'tea' })
  span.end()
})

// A handler runs within the trace of its record: what it does, and what it sends, belongs there.
await handleOne(client, 'orders', async (order) => {
  await tracer.startActiveSpan('charge the card', async (span) => span.end())
  await producer.send({ topic: 'receipts', value: `receipt for ${order}` })
})
await handleOne(client, 'receipts', () => {
  throw new RangeError('the printer is out of paper')
}).catch((error) => console.log(`${error.message}\n`))

await client.close()
printTraces()
console.log()
await printMetrics('messaging.client.sent.messages', 'messaging.client.consumed.messages')

async function handleOne(client: Client, topic: string, handle: (value: string) => unknown): Promise<void> {
  const consumer = client.consumer({ groupId: `readers-of-${topic}`, topics: topic, autoOffsetReset: 'earliest' })
  const done = new AbortController()
  const eachRecord = async (record: { value: Buffer | null }) => {
    await handle(String(record.value))
    done.abort()
  }
  try {
    await consumer.run({ eachRecord, signal: done.signal })
  } finally {
    await consumer.close()
  }
}
