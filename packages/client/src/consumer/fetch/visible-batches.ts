import { endMarkerOf, type PackedBatch } from '@ottla/protocol'

/** A transaction that a Fetch names as aborted, with the offset of its first record in the partition. */
export interface AbortedTransaction {
  readonly producerId: number
  readonly firstOffset: number
}

/**
 * The batches of one answer that a consumer sees, in order: no control batches, and nothing of aborted transactions
 * when `aborted` is given (read_committed).
 *
 *     offsets     10   11    12    13     14      15
 *     producers    A    B     A   abort A  A       B        aborted: A from 10
 *     visible           11                 14      15
 *
 * A producer's records count as aborted from the first offset on until its abort marker.
 */
export function visibleBatches(
  batches: readonly PackedBatch[],
  aborted: readonly AbortedTransaction[] | null,
): PackedBatch[] {
  const ahead = [...(aborted ?? [])].sort((a, b) => a.firstOffset - b.firstOffset)
  const aborting = new Set<number>()
  let next = 0
  return batches.filter((batch) => {
    while (next < ahead.length && ahead[next]!.firstOffset <= batch.lastOffset) aborting.add(ahead[next++]!.producerId)
    if (batch.isControl) {
      if (aborting.size > 0 && endMarkerOf(batch)?.result === 'abort') aborting.delete(batch.producerId)
      return false
    }
    return !(aborting.size > 0 && batch.isTransactional && aborting.has(batch.producerId))
  })
}
