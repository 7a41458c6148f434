import { deleteRecordsRequest, deleteRecordsResponse, ErrorCode } from '@ottla/protocol'
import { errorCodeOf } from '../error-code.ts'
import { handler, type RequestContext } from '../handler.ts'
import { findPartition } from '../partition-lookup.ts'

const toHighWatermark = -1
const noLowWatermark = -1

// DeleteRecords (21), v0-2: moves the start of partitions forward (KIP-107). v2 flexible.
export const deleteRecords = handler(deleteRecordsRequest, deleteRecordsResponse, async (request, context) => {
  const topics = await Promise.all(
    request.topics.map(async ({ name, partitions }) => ({
      name,
      partitions: await Promise.all(
        Array.from(
          new Map(partitions.map((asked) => [asked.partitionIndex, asked.offset])),
          async ([index, offset]) => ({
            partitionIndex: index,
            ...(await deleteBefore(name, index, offset, context)),
          }),
        ),
      ),
    })),
  )
  return { topics: topics.filter(({ partitions }) => partitions.length > 0) }
})

async function deleteBefore(name: string, index: number, offset: number, context: RequestContext) {
  const topic = context.cluster.image.topics.get(name)
  const partition = findPartition(context, topic, index)
  const errorCode =
    typeof partition === 'number'
      ? partition
      : topic!.internal
        ? ErrorCode.INVALID_TOPIC_EXCEPTION
        : !partition.settings.cleanup.delete
          ? ErrorCode.POLICY_VIOLATION
          : ErrorCode.NONE
  if (typeof partition === 'number' || errorCode !== ErrorCode.NONE) return { lowWatermark: noLowWatermark, errorCode }
  const before = offset === toHighWatermark ? partition.highWatermark : offset
  if (before < 0 || before > partition.highWatermark)
    return { lowWatermark: noLowWatermark, errorCode: ErrorCode.OFFSET_OUT_OF_RANGE }
  try {
    return { lowWatermark: await partition.deleteRecords(before), errorCode }
  } catch (error) {
    return { lowWatermark: noLowWatermark, errorCode: errorCodeOf(error, context, `DeleteRecords of ${name}-${index}`) }
  }
}
