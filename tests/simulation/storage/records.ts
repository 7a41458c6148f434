import { openRecordsNow, pack, packedBatches, recordsOf } from '@ottla/protocol'
import type { Partition } from '@ottla/storage'
import type { SeenRecord, SentBatch } from './partition-model.ts'

export interface Producing {
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
}

/** A batch as a client would send it: a buffer that the storage may keep and change. */
export function packed(batch: SentBatch, producing?: Producing): Buffer {
  const records = batch.values.map((value, i) => ({ timestamp: batch.timestamps[i]!, value: Buffer.from(value) }))
  return pack(records, producing ?? {}).bytes
}

export function unpacked(buffers: readonly Uint8Array[], from: number): SeenRecord[] {
  const seen: SeenRecord[] = []
  for (const batch of packedBatches(Buffer.concat(buffers)))
    for (const record of recordsOf(openRecordsNow(batch)!))
      if (record.offset >= from)
        seen.push({ offset: record.offset, value: String(record.value), timestamp: record.timestamp })
  return seen
}

export async function readAll(partition: Partition, maxBytes: number): Promise<SeenRecord[]> {
  const { highWatermark } = partition
  const all: SeenRecord[] = []
  for (let from = partition.logStartOffset; from < highWatermark; ) {
    const result = await partition.read({ from, maxBytes, atLeastOneBatch: true, isolation: 'read_uncommitted' })
    const records = unpacked(result.batches, from)
    if (records.length === 0) throw new Error(`${partition.id.topic}-${partition.id.partition} has nothing at ${from}`)
    all.push(...records)
    from = all[all.length - 1]!.offset + 1
  }
  return all
}
