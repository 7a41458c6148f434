// A topic is declared once, with the types of its keys and values; producers and consumers are typed and checked by it.
import { createClient, defineTopic, OttlaError, serializers } from '@ottla/client'
import { z } from 'zod'
import { findBroker } from '../broker.ts'

const orders = defineTopic('orders', {
  key: serializers.string,
  value: serializers.json(
    z.object({
      item: z.string(),
      cents: z.number().int().positive(),
      placedAt: z.iso.datetime().transform((text) => new Date(text)),
    }),
  ),
})

await using broker = await findBroker()
await using client = createClient({ bootstrap: broker.bootstrap })
const producer = client.producer()

await producer.send({ topic: orders, key: 'o-1', value: { item: 'tea', cents: 450, placedAt: '2026-03-01T09:30:00Z' } })

// TypeScript refuses what has other types. What it cannot see, the schema finds before anything is sent.
try {
  await producer.send({
    topic: orders,
    key: 'o-2',
    value: { item: 'cup', cents: -5, placedAt: '2026-03-01T10:00:00Z' },
  })
} catch (error) {
  if (!(error instanceof OttlaError)) throw error
  console.log(`Not sent: ${error.message}`)
}

// Another program knows nothing of the schema: it writes to the same topic, by its name.
await producer.send({ topic: 'orders', key: 'o-3', value: '{"item":"cup","cents":"cheap"}' })
await producer.send({
  topic: orders,
  key: 'o-4',
  value: { item: 'pot', cents: 1900, placedAt: '2026-03-02T12:00:00Z' },
})

const consumer = client.consumer({
  groupId: 'billing',
  autoOffsetReset: 'earliest',
  ...orders.reading,
  onDeserializationError: (error, record) => {
    console.log(
      `Skipped ${record.key} at offset ${error.offset}: ${error.issues?.map((issue) => issue.path?.join('.'))}`,
    )
    return 'skip'
  },
})

let total = 0
for await (const { key, value } of consumer) {
  // `value` is what the schema gives: `placedAt` is a Date here.
  if (value === null) continue
  console.log(`${key}: ${value.item} for ${value.cents} cents, placed on a ${weekday(value.placedAt)}`)
  total += value.cents
  if (key === 'o-4') break
}
console.log(`Total: ${total} cents`)

function weekday(date: Date): string {
  return date.toLocaleDateString('en', { weekday: 'long', timeZone: 'UTC' })
}
