import { describeLogDirsRequest, describeLogDirsResponse, ErrorCode } from '@ottla/protocol'
import { handler, type RequestContext } from '../handler.ts'

// DescribeLogDirs (35), v1-5: sizes of partitions (KIP-113).
// v2 flexible. v3 errorCode. v4 bytes of the volume (KIP-827). v5 isCordoned.
export const describeLogDirs = handler(describeLogDirsRequest, describeLogDirsResponse, async (request, context) => {
  const { topics } = context.cluster.image
  const asked =
    merged(request.topics) ??
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
  const { totalBytes, freeBytes } = await spaceOf(logDir, context)
  const result = { errorCode: ErrorCode.NONE, logDir, topics: described, totalBytes, usableBytes: freeBytes }
  return { errorCode: ErrorCode.NONE, results: [result] }
})

const unknownSpace = { totalBytes: -1, freeBytes: -1 }

/** A directory in memory has no volume, and one that cannot be asked is no reason not to tell the rest. */
const spaceOf = async (logDir: string, { runtime }: RequestContext) =>
  (await runtime.files.space?.(logDir).catch(() => undefined)) ?? unknownSpace

/** Each topic once, with all the partitions that were asked for. */
function merged(asked: readonly { topic: string; partitions: number[] }[] | null) {
  if (asked === null) return undefined
  const byTopic = new Map<string, number[]>()
  for (const { topic, partitions } of asked) {
    const known = byTopic.get(topic)
    if (known === undefined) byTopic.set(topic, [...partitions])
    else for (const partition of partitions) known.push(partition)
  }
  return Array.from(byTopic, ([topic, partitions]) => ({ topic, partitions }))
}

/** What is not here is left out, as Kafka does. */
const sizeIn =
  (topic: string, { cluster, storage }: RequestContext) =>
  (partitionIndex: number) => {
    const topicId = cluster.image.topics.get(topic)?.id
    const partition = topicId === undefined ? undefined : storage.partition(topicId, partitionIndex)
    if (partition === undefined) return []
    return [{ partitionIndex, partitionSize: partition.sizeBytes, offsetLag: 0, isFutureKey: false }]
  }
