// Typed topics with the validators that people use: zod, valibot and arktype, at once and asynchronous.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Client,
  type ConsumerRecord,
  defineTopic,
  OttlaError,
  type StandardSchema,
  serializers,
  type Topic,
} from '@ottla/client'
import { type } from 'arktype'
import * as v from 'valibot'
import { z } from 'zod'
import { onOttla } from './brokers.ts'

interface Order {
  id: string
  cents: number
}

const wait = () => new Promise<void>((resolve) => setImmediate(resolve))
const isKnown = async (id: string) => {
  await wait()
  return id !== 'unknown'
}

const schemas: Record<string, { at: StandardSchema<Order>; later?: StandardSchema<Order> }> = {
  zod: {
    at: z.object({ id: z.string(), cents: z.number().int().positive() }),
    later: z.object({ id: z.string().refine(isKnown, 'no such order'), cents: z.number().int().positive() }),
  },
  valibot: {
    at: v.object({ id: v.string(), cents: v.pipe(v.number(), v.integer(), v.minValue(1)) }),
    later: v.objectAsync({
      id: v.pipeAsync(v.string(), v.checkAsync(isKnown, 'no such order')),
      cents: v.pipe(v.number(), v.integer(), v.minValue(1)),
    }),
  },
  // arktype has no asynchronous checks.
  arktype: { at: type({ id: 'string', cents: 'number.integer > 0' }) },
}

const bad = { id: 'o-2', cents: -1 }
const raw = [{ id: 'o-1', cents: 1 }, bad, { id: 'o-3', cents: 3 }]

/** A topic with one record that does not fit, at offset 1. */
async function topicWithABadRecord(client: Client, name: string): Promise<void> {
  await client.admin().createTopics([{ name, partitions: 1, replicationFactor: 1 }])
  await client.producer().sendBatch(raw.map((order) => ({ topic: name, value: JSON.stringify(order) })))
}

const centsAt = (error: unknown) =>
  error instanceof OttlaError &&
  error.issues?.length === 1 &&
  error.issues[0]!.path?.map((part) => (typeof part === 'object' ? part.key : part)).join() === 'cents'

for (const [library, { at, later }] of Object.entries(schemas)) {
  for (const [kind, schema] of Object.entries({ at, later })) {
    if (schema === undefined) continue
    const what = kind === 'at' ? library : `an asynchronous schema of ${library}`
    const topicOf = (name: string) => defineTopic(name, { key: serializers.string, value: serializers.json(schema) })

    onOttla(`${what} refuses a value before it is sent, and says what is wrong with it`, async ({ client, name }) => {
      const orders = topicOf(name)
      const producer = client.producer()
      await assert.rejects(producer.send({ topic: orders, partition: 0, value: bad }), (error) => {
        assert.ok(error instanceof OttlaError && centsAt(error))
        assert.deepEqual([error.name, error.topic, error.partition], ['SERIALIZATION_FAILED', name, 0])
        return true
      })
      await assert.rejects(producer.sendBatch(raw.map((value) => ({ topic: orders, value }))), centsAt)
      const sent = await producer.send({ topic: orders, key: 'k', value: raw[0]! })
      assert.equal(sent.offset, 0, 'nothing was written before')
    })

    onOttla(`${what} finds a value that does not fit, and a loop goes on past it`, async ({ client, name }) => {
      await topicWithABadRecord(client, name)
      await using consumer = client.consumer({ groupId: name, autoOffsetReset: 'earliest', ...topicOf(name).reading })
      const seen: (string | undefined)[] = []
      const errors: OttlaError[] = []
      while (seen.length < 2) {
        try {
          for await (const { value } of consumer) if (seen.push(value?.id) === 2) break
        } catch (error) {
          assert.ok(error instanceof OttlaError && centsAt(error))
          errors.push(error)
          consumer.seek({ topic: error.topic!, partition: error.partition!, offset: error.offset! + 1 })
        }
      }
      assert.deepEqual(seen, ['o-1', 'o-3'])
      const place = errors.map(({ name, topic, partition, offset }) => [name, topic, partition, offset])
      assert.deepEqual(place, [['DESERIALIZATION_FAILED', name, 0, 1]])
      assert.match(errors[0]!.message, new RegExp(`cents.*topic ${name}, partition 0, offset 1`))
    })

    for (const orderedBy of ['partition', 'key'] as const)
      onOttla(`a run by ${orderedBy} skips what does not fit ${what}, and commits past it`, async (scene) => {
        const { seen, skipped, committed } = await runSkipping(scene.client, scene.name, topicOf(scene.name), orderedBy)
        assert.deepEqual(seen, ['o-1', 'o-3'])
        assert.deepEqual(skipped, [[1, JSON.stringify(bad)]])
        assert.equal(committed, 3)
      })
  }
}

async function runSkipping(
  client: Client,
  name: string,
  topic: Topic<string, string, Order, Order>,
  orderedBy: 'partition' | 'key',
) {
  await topicWithABadRecord(client, name)
  const seen: (string | undefined)[] = []
  const skipped: [number, string][] = []
  const consumer = client.consumer({
    groupId: name,
    autoOffsetReset: 'earliest',
    ...topic.reading,
    onDeserializationError: async (error, record) => {
      assert.ok(centsAt(error))
      await wait()
      skipped.push([record.offset, String(record.value)])
      return 'skip' as const
    },
  })
  const done = new AbortController()
  await consumer.run({
    orderedBy,
    concurrency: 2,
    signal: done.signal,
    eachRecord: ({ value }) => {
      if (seen.push(value?.id) === 2) done.abort()
    },
  })
  await consumer.commit()
  const [offset] = await consumer.committed()
  await consumer.close()
  return { seen, skipped, committed: offset?.committed?.offset }
}

onOttla('records keep the order of their sending, however long each one is checked', async ({ client, name }) => {
  const checks: (() => void)[] = []
  const slowly = z.number().refine((n) => n % 3 !== 0 || new Promise<boolean>((done) => checks.push(() => done(true))))
  const numbers = defineTopic(name, { value: serializers.json(slowly) })
  const producer = client.producer()
  await client.admin().createTopics([{ name, partitions: 1, replicationFactor: 1 }])
  const sent = Array.from({ length: 10 }, (_, n) => producer.send({ topic: numbers, value: n }))
  const plain = producer.send({ topic: name, value: '10' })
  await wait()
  // The last is checked first.
  for (const check of checks.reverse()) {
    check()
    await wait()
  }
  await producer.flush()
  assert.deepEqual(
    (await Promise.all([...sent, plain])).map(({ offset }) => offset),
    [...Array(11).keys()],
  )
})

onOttla(
  'a value that fails its check in a transactionless batch leaves the others unsent',
  async ({ client, name }) => {
    const orders = defineTopic(name, { value: serializers.json(schemas.zod!.later!) })
    const records = ['a', 'unknown', 'b'].map((id) => ({ topic: orders, value: { id, cents: 1 } }))
    await assert.rejects(client.producer().sendBatch(records), /id: no such order/)
    assert.equal((await client.producer().send({ topic: name, value: 'first' })).offset, 0)
  },
)

onOttla('a batch with an asynchronous schema is read by for await', async ({ client, name }) => {
  await topicWithABadRecord(client, name)
  const orders = defineTopic(name, { value: serializers.json(schemas.zod!.later!) })
  await using consumer = client.consumer({
    groupId: name,
    autoOffsetReset: 'earliest',
    ...orders.reading,
    onDeserializationError: () => 'skip',
  })
  for await (const batch of consumer.batches()) {
    assert.throws(() => batch.records, { name: 'INVALID_ARGUMENT', topic: name })
    const records: ConsumerRecord<unknown, Order | null>[] = []
    for await (const record of batch) records.push(record)
    assert.deepEqual(
      records.map(({ value }) => value?.id),
      ['o-1', 'o-3'],
    )
    break
  }
})

onOttla('bytes that are no JSON are named like a value that does not fit', async ({ client, name }) => {
  await client.producer().send({ topic: name, partition: 0, value: '{' })
  const orders = defineTopic(name, { value: serializers.json(schemas.zod!.at) })
  await using consumer = client.consumer({ groupId: name, autoOffsetReset: 'earliest', ...orders.reading })
  const read = async () => {
    for await (const record of consumer) assert.fail(String(record.offset))
  }
  const error = { name: 'DESERIALIZATION_FAILED', topic: name, partition: 0, offset: 0, issues: undefined }
  await assert.rejects(read, error)
  await assert.rejects(read, error, 'and again: nothing is skipped in silence')
})

test('types: what a schema takes and gives are the types of the topic', () => {
  const dated = defineTopic('dated', {
    value: serializers.json(z.object({ at: z.string().transform((text) => new Date(text)) })),
  })
  const check = (client: Client) => {
    void client.producer().send({ topic: dated, value: { at: '2026-01-01' } })
    // @ts-expect-error: what is written is what the schema takes, a string.
    void client.producer().send({ topic: dated, value: { at: new Date() } })
    void client.consumer({ groupId: 'g', ...dated.reading }).run({
      eachRecord: ({ value }) => value?.at.getTime() satisfies number | undefined,
    })
    const arked = defineTopic('arked', { value: serializers.json(type({ n: 'number' })) })
    // @ts-expect-error: n is a number.
    void client.producer().send({ topic: arked, value: { n: 'one' } })
    const valid = defineTopic('valid', { value: serializers.json(v.object({ n: v.number() })) })
    // @ts-expect-error: n is a number.
    void client.producer().send({ topic: valid, value: { n: 'one' } })
  }
  assert.equal(typeof check, 'function')
})
