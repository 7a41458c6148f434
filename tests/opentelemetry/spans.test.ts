// @ottla/opentelemetry with OpenTelemetry's own SDK: what it exports is looked at.
import assert from 'node:assert/strict'
import { tracingChannel } from 'node:diagnostics_channel'
import { after, beforeEach, test } from 'node:test'
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { type Client, createClient, defineTopic, type ProducerRecord, serializers } from '@ottla/client'
import { contextOf, instrumentOttla, processed } from '@ottla/opentelemetry'
import { startBroker } from 'ottla'
import { z } from 'zod'

const exporter = new InMemorySpanExporter()
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
trace.setGlobalTracerProvider(provider)
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
propagation.setGlobalPropagator(new W3CTraceContextPropagator())
const tracer = trace.getTracer('test')

const broker = await startBroker()
let topics = 0
const instrumentation = instrumentOttla()
after(() => {
  instrumentation.disable()
  return broker.close()
})
beforeEach(() => exporter.reset())

async function play(scene: (client: Client, topic: string) => Promise<void>): Promise<void> {
  await using client = createClient({ bootstrap: broker.bootstrapServers, clientId: 'shop' })
  const name = `topic-${topics++}`
  await client.admin().createTopics([{ name, partitions: 1, replicationFactor: 1 }])
  await scene(client, name)
}

/** Reads so many records, or batches, by a handler. */
async function handle(
  client: Client,
  topic: string,
  handlers: { eachRecord: (value: string) => unknown } | { eachBatch: (count: number) => unknown },
): Promise<void> {
  const consumer = client.consumer({ groupId: `group-${topic}`, topics: topic, autoOffsetReset: 'earliest' })
  const done = new AbortController()
  const then = async (work: unknown) => {
    await work
    done.abort()
  }
  await consumer.run({
    signal: done.signal,
    ...('eachRecord' in handlers
      ? { eachRecord: ({ value }) => then(handlers.eachRecord(String(value))) }
      : { eachBatch: (batch) => then(handlers.eachBatch(batch.count)) }),
  })
  await consumer.close()
}

const spans = (name: string): ReadableSpan[] => exporter.getFinishedSpans().filter((span) => span.name.startsWith(name))
const traceOf = (span: ReadableSpan) => span.spanContext().traceId
const idOf = (span: ReadableSpan) => span.spanContext().spanId

test('one trace goes from whoever sends over the record to its handler, and on from there', () =>
  play(async (client, topic) => {
    const answers = `${topic}-answers`
    const producer = client.producer()
    await tracer.startActiveSpan('checkout', async (span) => {
      await producer.send({ topic, key: 'o-1', value: 'v', headers: { source: 'web' } })
      span.end()
    })
    await handle(client, topic, { eachRecord: () => producer.send({ topic: answers, value: 'done' }) })
    const [checkout, sent, processing, answer] = [
      'checkout',
      `send ${topic}`,
      `process ${topic}`,
      `send ${answers}`,
    ].map((name) => exporter.getFinishedSpans().find((span) => span.name === name)!)
    const parents = [sent, processing, answer].map((span) => span!.parentSpanContext?.spanId)
    assert.deepEqual(
      parents,
      [checkout, sent, processing].map((span) => idOf(span!)),
    )
    assert.equal(new Set([checkout, sent, processing, answer].map((span) => traceOf(span!))).size, 1)
    assert.deepEqual([sent!.kind, processing!.kind], [SpanKind.PRODUCER, SpanKind.CONSUMER])
    const common = {
      'messaging.system': 'kafka',
      'messaging.destination.name': topic,
      'messaging.destination.partition.id': '0',
      'messaging.client.id': 'shop',
      'messaging.kafka.message.key': 'o-1',
      'messaging.kafka.offset': 0,
    }
    assert.deepEqual(sent!.attributes, {
      ...common,
      'messaging.operation.name': 'send',
      'messaging.operation.type': 'send',
    })
    assert.deepEqual(processing!.attributes, {
      ...common,
      'messaging.operation.name': 'process',
      'messaging.operation.type': 'process',
      'messaging.consumer.group.name': `group-${topic}`,
    })
    const [commit] = spans(`commit group-${topic}`)
    assert.equal(commit?.attributes['messaging.operation.type'], 'settle')
  }))

test('headers of the application stay, and a context that it has put there itself is kept and linked', () =>
  play(async (client, topic) => {
    const own = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
    const records: ProducerRecord[] = [
      {
        topic,
        value: '1',
        headers: [
          ['a', '1'],
          ['a', '2'],
        ],
      },
      { topic, value: '2', headers: { traceparent: own } },
    ]
    await client.producer().sendBatch(records)
    const [sent] = spans(`send ${topic}`)
    assert.equal(sent?.attributes['messaging.batch.message_count'], 2)
    assert.deepEqual(
      sent?.links.map((link) => link.context.spanId),
      ['b'.repeat(16)],
    )
    const headers: string[][] = []
    for await (const record of client.consumer({ groupId: topic, topics: topic, autoOffsetReset: 'earliest' })) {
      headers.push(record.headers.map(({ key, value }) => `${key}=${value}`))
      if (headers.length === 2) break
    }
    assert.deepEqual(headers, [
      ['a=1', 'a=2', `traceparent=00-${traceOf(sent!)}-${idOf(sent!)}-01`],
      [`traceparent=${own}`],
    ])
  }))

test('a batch has links to all traces that its records come from', () =>
  play(async (client, topic) => {
    const producer = client.producer()
    const records = Array.from({ length: 5 }, () => ({ topic, value: 'v' }))
    await Promise.all([producer.send(records[0]!), producer.sendBatch(records)])
    await handle(client, topic, { eachBatch: (count) => assert.equal(count, 6) })
    const [processing] = spans(`process ${topic}`)
    assert.equal(processing?.attributes['messaging.batch.message_count'], 6)
    assert.equal(processing?.parentSpanContext, undefined)
    assert.deepEqual(
      new Set(processing?.links.map((link) => link.context.spanId)),
      new Set(spans(`send ${topic}`).map(idOf)),
    )
    assert.equal(processing?.links.length, 2, 'records of one call have one link')
  }))

test('a handler that fails, and a record that is refused, leave their errors in their spans', () =>
  play(async (client, topic) => {
    const producer = client.producer()
    const numbers = defineTopic(topic, { value: serializers.json(z.number()) })
    await assert.rejects(producer.send({ topic: numbers, value: 'one' as unknown as number }))
    const [refused] = spans(`send ${topic}`)
    assert.deepEqual(
      [refused?.status.code, refused?.attributes['error.type']],
      [SpanStatusCode.ERROR, 'SERIALIZATION_FAILED'],
    )
    await producer.send({ topic, value: 'v' })
    const failing = handle(client, topic, {
      eachRecord: () => {
        throw new RangeError('no such order')
      },
    })
    await assert.rejects(failing, { name: 'PROCESSING_FAILED' })
    const [processing] = spans(`process ${topic}`)
    assert.equal(processing?.attributes['error.type'], 'RangeError')
    assert.equal(processing?.status.message, 'no such order')
    assert.deepEqual(
      processing?.events.map(({ attributes }) => attributes?.['exception.message']),
      ['no such order'],
    )
  }))

test('in a loop, the work for a record is a span of its trace by processed()', () =>
  play(async (client, topic) => {
    await client.producer().send({ topic, value: 'v' })
    for await (const record of client.consumer({ groupId: topic, topics: topic, autoOffsetReset: 'earliest' })) {
      const work = () => tracer.startActiveSpan('bill', (span) => span.end())
      await processed(record, work, { groupId: topic })
      assert.equal(trace.getSpanContext(contextOf(record))?.spanId, idOf(spans(`send ${topic}`)[0]!))
      await assert.rejects(
        processed(record, async () => {
          throw new Error('once more')
        }),
        /once more/,
      )
      break
    }
    const [sent, billed] = [spans(`send ${topic}`)[0]!, spans('bill')[0]!]
    const [first, second] = spans(`process ${topic}`)
    assert.deepEqual([first?.parentSpanContext?.spanId, second?.parentSpanContext?.spanId], [idOf(sent), idOf(sent)])
    assert.equal(billed.parentSpanContext?.spanId, idOf(first!))
    assert.equal(second?.status.code, SpanStatusCode.ERROR)
  }))

test('what is disabled makes no spans, puts nothing into headers, and costs nothing any more', () =>
  play(async (client, topic) => {
    instrumentation.disable()
    await client.producer().send({ topic, value: 'v' })
    for await (const record of client.consumer({ groupId: topic, topics: topic, autoOffsetReset: 'earliest' })) {
      assert.deepEqual(record.headers, [])
      break
    }
    assert.deepEqual(exporter.getFinishedSpans(), [])
    for (const name of ['producer:send', 'consumer:process', 'consumer:commit'])
      assert.equal((tracingChannel(`ottla:${name}`) as any).hasSubscribers, false)
  }))
