import { ErrorCode, listOffsetsRequest, listOffsetsResponse } from '@ottla/protocol'
import type { Partition, TimedOffset } from '@ottla/storage'
import { errorCodeOf } from '../error-code.ts'
import { handler, type RequestContext } from '../handler.ts'
import { findFenced } from '../partition-lookup.ts'

const none = -1
const readCommitted = 1

/** What may stand in place of a time, and the version that brought it. */
const latest = -1
const earliest = -2
const maxTimestamp = -3
const earliestLocal = -4
const latestTiered = -5
const earliestPendingUpload = -6
const sinceVersion = new Map([
  [latest, 0],
  [earliest, 0],
  [maxTimestamp, 7],
  [earliestLocal, 8],
  [latestTiered, 9],
  [earliestPendingUpload, 11],
])

// ListOffsets (2), v1-11: offsets by time, or by place in the log.
// v2 isolationLevel. v4 leader epochs (KIP-320). v6 flexible. v7 largest timestamp (KIP-734). v8 earliest local (KIP-405).
// v9 latest tiered (KIP-1005). v10 timeoutMs (KIP-1075). v11 earliest pending upload (KIP-1023).
export const listOffsets = handler(listOffsetsRequest, listOffsetsResponse, async (request, context) => {
  const topics = await Promise.all(
    request.topics.map(async ({ name, partitions }) => {
      const asked = new Set<number>()
      const repeated = new Set<number>()
      for (const { partitionIndex } of partitions) (asked.has(partitionIndex) ? repeated : asked).add(partitionIndex)
      const answers = partitions
        .filter(({ partitionIndex }) => !repeated.has(partitionIndex))
        .map((partition) => answerOf(name, partition, request.isolationLevel === readCommitted, context))
      const refused = Array.from(repeated, (partitionIndex) => ({
        partitionIndex,
        errorCode: ErrorCode.INVALID_REQUEST,
      }))
      return { name, partitions: [...(await Promise.all(answers)), ...refused] }
    }),
  )
  return { topics: topics.filter(({ partitions }) => partitions.length > 0) }
})

async function answerOf(
  topic: string,
  asked: { partitionIndex: number; currentLeaderEpoch: number; timestamp: number },
  committedOnly: boolean,
  context: RequestContext,
) {
  const { partitionIndex, currentLeaderEpoch, timestamp } = asked
  if (timestamp < 0 && !((sinceVersion.get(timestamp) ?? Infinity) <= context.apiVersion))
    return { partitionIndex, errorCode: ErrorCode.UNSUPPORTED_VERSION }
  const wanted = { partition: partitionIndex, currentLeaderEpoch }
  const partition = findFenced(context, context.cluster.image.topics.get(topic), wanted)
  if (typeof partition === 'number') return { partitionIndex, errorCode: partition }
  try {
    const found = await offsetOf(partition, timestamp, committedOnly)
    return { partitionIndex, errorCode: ErrorCode.NONE, ...(found ?? {}) }
  } catch (error) {
    return { partitionIndex, errorCode: errorCodeOf(error, context, `ListOffsets of ${topic}-${partitionIndex}`) }
  }
}

/** Undefined: no record is that late, or there is none at all. */
async function offsetOf(
  partition: Partition,
  timestamp: number,
  committedOnly: boolean,
): Promise<TimedOffset | undefined> {
  const end = committedOnly ? partition.lastStableOffset : partition.highWatermark
  switch (timestamp) {
    case latest:
      return { offset: end, timestamp: none, leaderEpoch: partition.leaderEpoch }
    case earliest:
    case earliestLocal: {
      const offset = partition.logStartOffset
      return { offset, timestamp: none, leaderEpoch: partition.epochOf(offset) }
    }
    case latestTiered:
    case earliestPendingUpload:
      // Nothing is tiered: what Kafka answers then.
      return { offset: none, timestamp: none, leaderEpoch: none }
    case maxTimestamp:
      return partition.offsetOfMaxTimestamp()
    default: {
      const found = await partition.offsetForTime(timestamp)
      return found !== undefined && found.offset < end ? found : undefined
    }
  }
}
