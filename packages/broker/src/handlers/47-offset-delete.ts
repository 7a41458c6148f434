import { ErrorCode, offsetDeleteRequest, offsetDeleteResponse } from '@ottla/protocol'
import { handler } from '../handler.ts'

// OffsetDelete (47), v0: deletes offsets of a group, of topics that it does not read now (KIP-496).
export const offsetDelete = handler(offsetDeleteRequest, offsetDeleteResponse, async (request, context) => {
  const { topics: known } = context.cluster.image
  const exists = (name: string, partition: number) => known.get(name)?.partitions[partition] !== undefined
  const deletable = request.topics.flatMap(({ name, partitions }) =>
    partitions.flatMap(({ partitionIndex: partition }) =>
      exists(name, partition) ? [{ topic: name, partition }] : [],
    ),
  )
  const deleted = await context.groups.deleteOffsets(request.groupId, deletable)
  if (deleted.errorCode !== ErrorCode.NONE) return { errorCode: deleted.errorCode }
  const errorCodes = deleted.partitions.values()
  const asked = request.topics.filter(({ partitions }) => partitions.length > 0)
  const topics = asked.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ partitionIndex }) => ({
      partitionIndex,
      errorCode: exists(name, partitionIndex)
        ? (errorCodes.next().value ?? ErrorCode.NONE)
        : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    })),
  }))
  return { errorCode: ErrorCode.NONE, topics }
})
