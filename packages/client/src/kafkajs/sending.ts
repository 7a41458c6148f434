import type { Cluster } from '../connection/cluster.ts'
import type { TopicMetadata } from '../connection/metadata.ts'
import { OttlaError } from '../ottla-error.ts'
import type { ProducerRecord as OwnRecord } from '../producer/record.ts'
import { KafkaJSNumberOfRetriesExceeded } from './errors.ts'
import { Final, type RetrySettings, retrying } from './retrier.ts'
import { partitionsOf } from './topic-metadata.ts'
import { translated } from './translated-error.ts'
import type { ICustomPartitioner, IHeaders, Message } from './types/message.ts'
import type { TopicMessages } from './types/producer.ts'

export type Partition = ReturnType<ICustomPartitioner>

/** The messages as records of this client, each with its partition. Waits until all topics are known. */
export async function recordsOf(
  cluster: Cluster,
  retry: RetrySettings,
  partition: Partition,
  topicMessages: readonly TopicMessages[],
): Promise<OwnRecord[]> {
  const records: OwnRecord[] = []
  for (const { topic, messages } of topicMessages) {
    const known = cluster.knownTopic(topic) ?? (await foundTopic(cluster, retry, topic))
    const partitionMetadata = partitionsOf(known)
    for (const message of messages)
      records.push({ ...recordOf(topic, message), partition: partition({ topic, partitionMetadata, message }) })
  }
  return records
}

/** The topic, which the broker may create meanwhile. */
export const foundTopic = (cluster: Cluster, retry: RetrySettings, topic: string): Promise<TopicMetadata> =>
  retrying(retry, cluster.runtime, () => askedTopic(cluster, topic))

/** The same, if it is there already. */
export const presentTopic = (cluster: Cluster, retry: RetrySettings, topic: string): Promise<TopicMetadata> =>
  retrying(retry, cluster.runtime, async () => {
    try {
      return await askedTopic(cluster, topic)
    } catch (error) {
      if (error instanceof OttlaError && error.name === 'UNKNOWN_TOPIC_OR_PARTITION') throw new Final(error)
      throw error
    }
  })

async function askedTopic(cluster: Cluster, topic: string): Promise<TopicMetadata> {
  cluster.knownTopic(topic)
  await cluster.refresh()
  const found = cluster.knownTopic(topic)
  if (found !== undefined) return found
  throw new OttlaError(cluster.image.topicErrors.get(topic) ?? 'UNKNOWN_TOPIC_OR_PARTITION', { topic })
}

function recordOf(topic: string, { key, value, headers, timestamp }: Message): OwnRecord {
  return {
    topic,
    key,
    value,
    ...(headers !== undefined && { headers: pairsOf(headers) }),
    ...(timestamp != null && { timestamp: Number(timestamp) }),
  }
}

const pairsOf = (headers: IHeaders): [string, Buffer | string][] =>
  Object.entries(headers).flatMap(([name, values]) =>
    (Array.isArray(values) ? values : [values])
      .filter((value) => value !== undefined)
      .map((value): [string, Buffer | string] => [name, value]),
  )

/** Why records were not delivered, after all that was tried. */
export function undelivered(error: OttlaError, retry: RetrySettings): Error {
  const last = error.name === 'DELIVERY_TIMEOUT' && error.cause instanceof OttlaError ? error.cause : error
  const why = translated(last)
  const gaveUp = error.name === 'DELIVERY_TIMEOUT' || last.retriable
  return gaveUp
    ? new KafkaJSNumberOfRetriesExceeded(why, { retryCount: retry.retries, retryTime: retry.maxRetryTime })
    : why
}
