// The same from a CommonJS module, which also meets the same classes as an ECMAScript module in the same process.
const { deepEqual, equal, ok } = require('node:assert/strict')
const { createClient, OttlaError } = require('@ottla/client')
const { startBroker } = require('ottla')

async function main() {
  const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd']
  const broker = await startBroker()
  const client = createClient({ bootstrap: broker.bootstrapServers })
  for (const compression of codecs) {
    const producer = client.producer({ compression })
    await producer.send({ topic: 'round-trip', key: compression, value: compression.repeat(1_000) })
  }
  const consumer = client.consumer({ groupId: 'readers', topics: 'round-trip', autoOffsetReset: 'earliest' })
  const seen = []
  for await (const record of consumer) {
    ok(String(record.value) === String(record.key).repeat(1_000))
    if (seen.push(String(record.key)) === codecs.length) break
  }
  deepEqual(seen.sort(), [...codecs].sort())
  await consumer.close()
  const refused = await client
    .admin()
    .deleteTopics(['absent'])
    .then(
      () => undefined,
      (error) => error,
    )
  ok(refused instanceof OttlaError && refused.name === 'UNKNOWN_TOPIC_OR_PARTITION', String(refused))
  equal((await import('@ottla/client')).OttlaError, OttlaError)
  await client.close()
  await broker.close()
  console.log('round trip done')
}

main()
