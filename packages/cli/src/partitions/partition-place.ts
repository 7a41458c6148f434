import type { Admin, IsolationLevel, OffsetSpec, TopicPartition } from '@ottla/client'
import type { Place } from '../arguments/argument-values.ts'

/** One text per partition, for maps: no topic name has a blank. */
export const partitionKey = ({ topic, partition }: TopicPartition): string => `${topic} ${partition}`

/** By topic, then by number. */
export function inOrder(a: TopicPartition, b: TopicPartition): number {
  if (a.topic !== b.topic) return a.topic < b.topic ? -1 : 1
  return a.partition - b.partition
}

/** Offsets by partition; -1 where there is none. */
export async function findOffsets(
  admin: Admin,
  partitions: readonly TopicPartition[],
  { at, isolation = 'read_uncommitted' }: { readonly at: OffsetSpec; readonly isolation?: IsolationLevel },
): Promise<ReadonlyMap<string, number>> {
  const isolationLevel = isolation === 'read_committed' ? 'readCommitted' : 'readUncommitted'
  const queries = partitions.map(({ topic, partition }) => ({ topic, partition, at }))
  const found = await admin.listOffsets(queries, { isolationLevel })
  return new Map(found.map((each) => [partitionKey(each), each.offset]))
}

export interface PartitionPlace extends TopicPartition {
  readonly begin: number
  readonly end: number
  /** What was asked for, and if that is not in the log, the nearest that is. */
  readonly offset: number
}

export interface PlaceQuery {
  readonly place: Place
  /** What "ago" is counted from. */
  readonly nowMs: number
  readonly isolation?: IsolationLevel
}

/** Where a place is in each of these partitions. */
export async function findPlaces(
  admin: Admin,
  partitions: readonly TopicPartition[],
  { place, nowMs, isolation = 'read_uncommitted' }: PlaceQuery,
): Promise<PartitionPlace[]> {
  const timestamp = timeOf(place, nowMs)
  const [begins, ends, atTime] = await Promise.all([
    findOffsets(admin, partitions, { at: 'earliest', isolation }),
    findOffsets(admin, partitions, { at: 'latest', isolation }),
    timestamp === undefined ? undefined : findOffsets(admin, partitions, { at: { timestamp }, isolation }),
  ])
  return partitions.map(({ topic, partition }) => {
    const key = partitionKey({ topic, partition })
    const [begin, end, found = -1] = [begins.get(key)!, ends.get(key)!, atTime?.get(key)]
    return { topic, partition, begin, end, offset: placeWithin({ begin, end }, place, found) }
  })
}

/** `found`: the first offset at the time that was asked for; where there is none, the next record will be. */
function placeWithin({ begin, end }: { begin: number; end: number }, place: Place, found: number): number {
  if (place === 'beginning') return begin
  if (place === 'end') return end
  return clamped('offset' in place ? place.offset : found < 0 ? end : found, { begin, end })
}

export const clamped = (offset: number, { begin, end }: { readonly begin: number; readonly end: number }): number =>
  Math.min(Math.max(offset, begin), end)

function timeOf(place: Place, nowMs: number): number | undefined {
  if (typeof place === 'string' || 'offset' in place) return undefined
  return 'timeMs' in place ? place.timeMs : Math.max(0, nowMs - place.agoMs)
}
