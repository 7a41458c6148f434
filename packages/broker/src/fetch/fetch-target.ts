import { ErrorCode } from '@ottla/protocol'
import type { Partition, ReadOptions } from '@ottla/storage'
import type { RequestContext } from '../handler.ts'
import { epochErrorCode, findPartition, unknownTopicCode } from '../partition-lookup.ts'
import { fetchesById } from './fetch-context.ts'
import type { FetchPartition } from './fetch-partition.ts'

export type Isolation = ReadOptions['isolation']

/** A partition of a fetch, found and checked, or the error that is answered for it. */
export interface FetchTarget {
  readonly wanted: FetchPartition
  readonly partition: Partition | undefined
  readonly errorCode: number
  /** The log parts from what the client has read: it must go back to there (KIP-595). */
  readonly divergingEpoch: { readonly epoch: number; readonly endOffset: number } | undefined
  /** Readable bytes from the wanted offset on, up to what is wanted. */
  availableBytes: number
}

export function targetOf(wanted: FetchPartition, isolation: Isolation, context: RequestContext): FetchTarget {
  const { topics, topicsById } = context.cluster.image
  const byId = fetchesById(context)
  const topic = byId ? topicsById.get(wanted.topicId) : topics.get(wanted.topic)
  if (topic === undefined) return failedTarget(wanted, unknownTopicCode(byId))
  const found = findPartition(context, topic, wanted.partition)
  if (typeof found === 'number') return failedTarget(wanted, found)
  const fenced = epochErrorCode(found, wanted.currentLeaderEpoch)
  if (fenced !== ErrorCode.NONE) return failedTarget(wanted, fenced, found)
  const outOfRange = () => failedTarget(wanted, ErrorCode.OFFSET_OUT_OF_RANGE, found)
  if (wanted.fetchOffset < found.logStartOffset) return outOfRange()
  const checked = checkLastEpoch(found, wanted)
  if (checked === undefined) return outOfRange()
  const target = { wanted, partition: found, errorCode: ErrorCode.NONE, ...checked, availableBytes: 0 }
  if (checked.divergingEpoch !== undefined) return target
  if (wanted.fetchOffset > found.highWatermark) return outOfRange()
  target.availableBytes = availableBytes(found, wanted, isolation)
  return target
}

const failedTarget = (wanted: FetchPartition, errorCode: number, partition?: Partition): FetchTarget => ({
  wanted,
  partition,
  errorCode,
  divergingEpoch: undefined,
  availableBytes: 0,
})

export const availableBytes = (partition: Partition, wanted: FetchPartition, isolation: Isolation) =>
  partition.bytesAvailable(wanted.fetchOffset, isolation, Math.max(1, wanted.maxBytes))

/** Undefined: the log has no such epoch. */
function checkLastEpoch(partition: Partition, { lastFetchedEpoch, fetchOffset }: FetchPartition) {
  if (lastFetchedEpoch < 0) return { divergingEpoch: undefined }
  const end = partition.endOfEpoch(lastFetchedEpoch)
  if (end === undefined) return undefined
  const diverges = end.epoch < lastFetchedEpoch || end.endOffset < fetchOffset
  return { divergingEpoch: diverges ? end : undefined }
}
