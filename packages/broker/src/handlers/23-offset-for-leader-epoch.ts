import { ErrorCode, offsetForLeaderEpochRequest, offsetForLeaderEpochResponse } from '@ottla/protocol'
import { handler } from '../handler.ts'
import { findFenced } from '../partition-lookup.ts'

const none = -1

// OffsetForLeaderEpoch (23), v2-4: where the log of a leader epoch ends, to find truncation (KIP-101, KIP-320).
// v3 replicaId. v4 flexible.
export const offsetForLeaderEpoch = handler(
  offsetForLeaderEpochRequest,
  offsetForLeaderEpochResponse,
  (request, context) => {
    const topics = request.topics.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map((asked) => {
        const partition = findFenced(context, context.cluster.image.topics.get(topic), asked)
        if (typeof partition === 'number') return { partition: asked.partition, errorCode: partition }
        const end = partition.endOfEpoch(asked.leaderEpoch)
        return {
          partition: asked.partition,
          errorCode: ErrorCode.NONE,
          leaderEpoch: end?.epoch ?? none,
          endOffset: end?.endOffset ?? none,
        }
      }),
    }))
    return { topics }
  },
)
