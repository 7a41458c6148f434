import { describeLogDirsRequest, describeLogDirsResponse, ErrorCode } from '@ottla/protocol'
import { handler, type RequestContext } from '../handler.ts'

// DescribeLogDirs (35), v1-5: sizes of partitions (KIP-113).
// v2 flexible. v3 errorCode. v4 bytes of the volume (KIP-827). v5 isCordoned.
export const describeLogDirs = handler(describeLogDirsRequest, describeLogDirsResponse, (request, context) => {
  const { topics } = context.cluster.image
  const asked =
    request.topics ??
    [...topics.values()].map(({ name, partitions }) => ({
      topic: name,
      partitions: partitions.map((p) => p.partition),
    }))
  const described = asked
    .map(({ topic, partitions }) => ({
      name: topic,
      partitions: [...new Set(partitions)].flatMap(sizeIn(topic, context)),
    }))
    .filter(({ partitions }) => partitions.length > 0)
  const { logDir } = context.server.settings
  return { errorCode: ErrorCode.NONE, results: [{ errorCode: ErrorCode.NONE, logDir, topics: described }] }
})

/** What is not here is left out, as Kafka does. */
const sizeIn =
  (topic: string, { cluster, storage }: RequestContext) =>
  (partitionIndex: number) => {
    const topicId = cluster.image.topics.get(topic)?.id
    const partition = topicId === undefined ? undefined : storage.partition(topicId, partitionIndex)
    if (partition === undefined) return []
    return [{ partitionIndex, partitionSize: partition.sizeBytes, offsetLag: 0, isFutureKey: false }]
  }
