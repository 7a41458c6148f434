import { type Decoded, openRecords, packedBatches, type shareFetchResponse } from '@ottla/protocol'
import type { Deserializers } from '../deliver/deserializers.ts'
import type { TopicPartition } from '../topic-partition.ts'
import { type Decide, ShareRecord } from './share-record.ts'

type FetchedPartition = Decoded<typeof shareFetchResponse>['responses'][number]['partitions'][number]

export interface AcquiredRecords<K, V> {
  readonly records: ShareRecord<K, V>[]
  /** Offsets that were acquired and have no record. */
  readonly gaps: number[]
  /** Offsets of records that cannot be read, with what is wrong. */
  readonly unreadable: readonly { readonly offset: number; readonly cause: unknown }[]
}

/** The records of one partition that a ShareFetch has acquired; the batches around them may hold others. */
export async function acquiredRecords<K, V>(
  of: TopicPartition,
  fetched: FetchedPartition,
  options: { deserializers: Deserializers<K, V>; lockedUntilMs: number; decide: Decide },
): Promise<AcquiredRecords<K, V>> {
  const { deserializers, lockedUntilMs, decide } = options
  const deliveries = deliveryCounts(fetched)
  const records: ShareRecord<K, V>[] = []
  const unreadable: { offset: number; cause: unknown }[] = []
  for (const batch of fetched.records === null ? [] : packedBatches(fetched.records)) {
    if (batch.isControl) continue
    const cursor = await openRecords(batch)
    const origin = { ...of, leaderEpoch: batch.partitionLeaderEpoch }
    while (cursor.next()) {
      const { offset } = cursor
      const deliveryCount = deliveries.get(offset)
      if (deliveryCount === undefined) continue
      deliveries.delete(offset)
      try {
        const key = deserializers.key(cursor.key, of.topic)
        const value = deserializers.value(cursor.value, of.topic)
        const acquired = { deliveryCount, lockedUntilMs }
        records.push(new ShareRecord(origin, cursor, { key, value, acquired, decide }))
      } catch (cause) {
        unreadable.push({ offset, cause })
      }
    }
  }
  return { records, gaps: [...deliveries.keys()], unreadable }
}

/** By offset; what is left over in the end has no record. */
function deliveryCounts({ acquiredRecords: ranges }: FetchedPartition): Map<number, number> {
  const counts = new Map<number, number>()
  for (const { firstOffset, lastOffset, deliveryCount } of ranges) {
    for (let offset = firstOffset; offset <= lastOffset; offset++) counts.set(offset, deliveryCount)
  }
  return counts
}
