import { openRecords, type PackedBatch } from '@ottla/protocol'
import type { TimedOffset } from '../partition.ts'

/** The first record of a batch, at or after the log start, that is not earlier than `timestamp`. */
export async function recordAtOrAfter(
  batch: PackedBatch,
  timestamp: number,
  logStartOffset: number,
): Promise<TimedOffset | undefined> {
  const records = await openRecords(batch)
  while (records.next())
    if (records.timestamp >= timestamp && records.offset >= logStartOffset)
      return { offset: records.offset, timestamp: records.timestamp, leaderEpoch: batch.partitionLeaderEpoch }
  return undefined
}
