import { type Decoded, openRecords, packedBatches, type shareFetchResponse } from '@ottla/protocol'
import { asOttlaError, type OttlaError } from '../../ottla-error.ts'
import { isPromise } from '../../topic/standard-schema.ts'
import type { Deserializers } from '../deliver/deserializers.ts'
import { makeRecord } from '../deliver/make-record.ts'
import type { TopicPartition } from '../topic-partition.ts'
import { type Decide, ShareRecord } from './share-record.ts'

type FetchedPartition = Decoded<typeof shareFetchResponse>['responses'][number]['partitions'][number]

export interface AcquiredRecords<K, V> {
  readonly records: ShareRecord<K, V>[]
  /** Offsets that were acquired and have no record. */
  readonly gaps: number[]
  /** Offsets of records that cannot be deserialized and are to be skipped. */
  readonly skipped: readonly number[]
  /** Offsets of the others that cannot, with what is wrong. */
  readonly unreadable: readonly { readonly offset: number; readonly error: OttlaError }[]
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
  const skipped: number[] = []
  const unreadable: { offset: number; error: OttlaError }[] = []
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
        const made = makeRecord(origin, cursor, deserializers)
        const record = isPromise(made) ? await made : made
        const acquired = { deliveryCount, lockedUntilMs }
        if (record === undefined) skipped.push(offset)
        else records.push(new ShareRecord(origin, cursor, { key: record.key, value: record.value, acquired, decide }))
      } catch (error) {
        unreadable.push({ offset, error: asOttlaError(error) })
      }
    }
  }
  return { records, gaps: [...deliveries.keys()], skipped, unreadable }
}

/** By offset; what is left over in the end has no record. */
function deliveryCounts({ acquiredRecords: ranges }: FetchedPartition): Map<number, number> {
  const counts = new Map<number, number>()
  for (const { firstOffset, lastOffset, deliveryCount } of ranges) {
    for (let offset = firstOffset; offset <= lastOffset; offset++) counts.set(offset, deliveryCount)
  }
  return counts
}
