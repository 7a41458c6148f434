// Every line of a file becomes a record. Its key is the station, so each station's readings stay in their order.
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { createClient } from '@ottla/client'
import { findBroker } from '../broker.ts'

await using broker = await findBroker()
await using client = createClient({ bootstrap: broker.bootstrap })
const producer = client.producer({ compression: 'gzip' })

const file = new URL('./readings.csv', import.meta.url)
const lines = createInterface({ input: createReadStream(file) })

// A stream holds the file back while the producer's memory is full, so the file may be larger than that.
const records = producer.writable()
for await (const line of lines) {
  const [station] = line.split(',')
  const goesOn = records.write({ topic: 'readings', key: station, value: line })
  if (!goesOn) await new Promise((resolve) => records.once('drain', resolve))
}
await new Promise<void>((resolve, reject) => {
  records.once('error', reject)
  records.end(resolve)
})

const { recordsDelivered, batchesDelivered } = producer.metrics()
console.log(`${recordsDelivered} lines went into the topic readings, in ${batchesDelivered} batches.`)
