import type { BrokerInfo, ClusterImage, PartitionInfo, Topic } from './cluster.ts'
import type { MetaEvent } from './metadata-store.ts'

/** A topic as it lies under `t/<name>`. */
export interface StoredTopic {
  readonly id: string
  readonly partitions: number
  readonly replicationFactor: number
  readonly internal?: true
  /** The run of the broker that created it: its leader epoch was 0 then. */
  readonly sinceSession: number
  readonly configs: Readonly<Record<string, string>>
}

/** What an image is made with beside the keys. */
export interface ImageContext {
  readonly clusterId: string
  readonly broker: BrokerInfo
  /** How many times this broker has started, this time included. */
  readonly session: number
}

export const topicKey = (name: string): string => `t/${name}`
export const configKey = (resource: string): string => `cfg/${resource}`
/** A topic whose removal is decided and whose records may still be there. */
export const deletionKey = (topicId: string): string => `d/${topicId}`

export const emptyImage = ({ clusterId, broker }: ImageContext): ClusterImage => ({
  clusterId,
  controllerId: broker.id,
  brokers: [broker],
  topics: new Map(),
  topicsById: new Map(),
  dynamicConfigs: new Map(),
})

/** The image after some changes. Topics that did not change stay the same objects. */
export function changedImage(image: ClusterImage, events: readonly MetaEvent[], context: ImageContext): ClusterImage {
  const ofTopics = events.filter((event) => event.key.startsWith('t/'))
  const ofConfigs = events.filter((event) => event.key.startsWith('cfg/'))
  return {
    ...image,
    ...(ofTopics.length > 0 ? changedTopics(image, ofTopics, context) : {}),
    ...(ofConfigs.length > 0 ? { dynamicConfigs: changedConfigs(image.dynamicConfigs, ofConfigs) } : {}),
  }
}

function changedTopics(image: ClusterImage, events: readonly MetaEvent[], context: ImageContext) {
  const topics = new Map(image.topics)
  const topicsById = new Map(image.topicsById)
  for (const { key, value } of events) {
    const name = key.slice('t/'.length)
    const before = topics.get(name)
    const topic = value === undefined ? undefined : topicOf(name, JSON.parse(value) as StoredTopic, context)
    if (before !== undefined && before.id !== topic?.id) topicsById.delete(before.id)
    if (topic === undefined) topics.delete(name)
    else {
      topics.set(name, topic)
      topicsById.set(topic.id, topic)
    }
  }
  return { topics, topicsById }
}

function changedConfigs(before: ClusterImage['dynamicConfigs'], events: readonly MetaEvent[]) {
  const configs = new Map(before)
  for (const { key, value } of events) {
    const resource = key.slice('cfg/'.length)
    if (value === undefined) configs.delete(resource)
    else configs.set(resource, new Map(Object.entries(JSON.parse(value) as Record<string, string>)))
  }
  return configs
}

function topicOf(name: string, stored: StoredTopic, { broker, session }: ImageContext): Topic {
  const leaderEpoch = session - stored.sinceSession
  const replicas = [broker.id]
  const partitions = Array.from(
    { length: stored.partitions },
    (_, partition): PartitionInfo => ({ partition, leader: broker.id, leaderEpoch, replicas }),
  )
  return {
    name,
    id: stored.id,
    internal: stored.internal === true,
    partitions,
    replicationFactor: stored.replicationFactor,
    configs: new Map(Object.entries(stored.configs)),
  }
}
