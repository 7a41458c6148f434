import { PackedBatch, RecordCursor } from '@ottla/protocol'
import { BatchBuffer, noStamp } from './batch-buffer.ts'
import { ProducerBatch } from './producer-batch.ts'

/** Two batches of about half the bytes each, for a broker that finds one too large. There must be two records at least. */
export function splitBatch(batch: ProducerBatch): [ProducerBatch, ProducerBatch] {
  const plain = new PackedBatch(batch.records.seal(noStamp, false))
  const cursor = new RecordCursor(plain, plain.recordBytes)
  const parts: [ProducerBatch, ProducerBatch] = [empty(batch), empty(batch)]
  const half = batch.records.bytes / 2
  for (let i = 0; cursor.next(); i++) {
    const isLast = i === batch.count - 1
    const part = parts[(i > 0 && isLast && parts[1].count === 0) || parts[0].records.bytes > half ? 1 : 0]!
    const { key, value, headers, timestamp } = cursor
    part.append(
      {
        timestamp,
        key: key ?? Buffer.alloc(0),
        keyLength: key === null ? -1 : key.length,
        value,
        valueLength: value === null ? -1 : value.length,
        headers: headers.map((header) => [Buffer.from(header.key), header.value]),
      },
      batch.deliveries[i]!,
      batch.slots[i]!,
    )
  }
  parts[0].heldBytes = Math.floor(batch.heldBytes / 2)
  parts[1].heldBytes = batch.heldBytes - parts[0].heldBytes
  return parts
}

const empty = (batch: ProducerBatch) => new ProducerBatch(batch, new BatchBuffer())
