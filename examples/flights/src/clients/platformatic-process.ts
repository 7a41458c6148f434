// Runs in a process of its own: `produce ADDRESS TOPIC FILE` or `consume ADDRESS TOPIC GROUP`, which prints a line of
// JSON for each record until SIGTERM.
import { readFileSync } from 'node:fs'
import {
  Consumer,
  compatibilityPartitioner,
  Producer,
  stringDeserializers,
  stringSerializers,
} from '@platformatic/kafka'
import type { FlightRecord } from '../records.ts'
import { chunks } from './client.ts'

const [mode, address = '', topic = '', last = ''] = process.argv.slice(2)
const base = { clientId: 'flights-platformatic', bootstrapBrokers: [address] }
if (mode === 'produce') await produce(JSON.parse(readFileSync(last, 'utf8')) as FlightRecord[])
else await consume(last)

async function produce(records: readonly FlightRecord[]): Promise<void> {
  // Its own default puts most keys into other partitions than Kafka's clients do.
  const partitioner = compatibilityPartitioner
  const producer = new Producer({ ...base, serializers: stringSerializers, idempotent: true, partitioner })
  for (const some of chunks(records, 500))
    await producer.send({
      messages: some.map(({ key, value }) => ({ topic, value, ...(key === null ? {} : { key }) })),
    })
  await producer.close()
}

async function consume(group: string): Promise<void> {
  let leave: (() => Promise<void>) | undefined
  process.on('SIGTERM', () => {
    void (leave?.() ?? Promise.resolve()).finally(() => process.exit(0))
  })
  for (;;) {
    try {
      await followOnce(group, (how) => {
        leave = how
      })
    } catch {
      // The broker is away: this client leaves coming back to the program.
      await new Promise((resolve) => setTimeout(resolve, 300))
    }
  }
}

async function followOnce(group: string, leaving: (how: () => Promise<void>) => void): Promise<void> {
  const timing = { sessionTimeout: 10_000, heartbeatInterval: 500, maxWaitTime: 200 }
  const consumer = new Consumer({ ...base, ...timing, groupId: group, deserializers: stringDeserializers })
  // Without a listener an error event would end the process.
  consumer.on('error', () => undefined)
  const stream = await consumer.consume({
    topics: [topic],
    mode: 'committed',
    fallbackMode: 'earliest',
    autocommit: 300,
  })
  leaving(async () => {
    await stream.close()
    await consumer.close(true)
  })
  try {
    for await (const { partition, offset, key, value } of stream)
      process.stdout.write(`${JSON.stringify({ partition, offset: Number(offset), key: key ?? null, value })}\n`)
  } finally {
    await consumer.close(true).catch(() => undefined)
  }
}
