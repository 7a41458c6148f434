import { type ErrorName, errorOf, type MetadataResponse, zeroUuid } from '@ottla/protocol'
import type { Address } from '@ottla/runtime'

export interface BrokerNode extends Address {
  readonly id: number
  readonly rack: string | null
}

/** A partition as the cluster describes it. Replicas are broker ids. */
export interface PartitionMetadata {
  readonly partition: number
  /** Broker id, or -1: there is none now. */
  readonly leader: number
  /** -1: the broker is too old to tell. */
  readonly leaderEpoch: number
  readonly replicas: readonly number[]
  readonly inSyncReplicas: readonly number[]
  readonly offlineReplicas: readonly number[]
}

/** A topic as the cluster describes it. */
export interface TopicMetadata {
  readonly name: string
  /** Kafka's text form; `zeroUuid` from brokers before 2.8. */
  readonly id: string
  /** Kafka's own, such as `__consumer_offsets`. */
  readonly isInternal: boolean
  /** By their number, from 0 on without gaps. */
  readonly partitions: readonly PartitionMetadata[]
}

/** What is known of a cluster at one time. */
export interface MetadataImage {
  readonly clusterId: string | null
  readonly controllerId: number
  readonly brokers: ReadonlyMap<number, BrokerNode>
  readonly topics: ReadonlyMap<string, TopicMetadata>
  /** Why a topic that was asked for is not among `topics`. */
  readonly topicErrors: ReadonlyMap<string, ErrorName>
}

export const emptyImage: MetadataImage = {
  clusterId: null,
  controllerId: -1,
  brokers: new Map(),
  topics: new Map(),
  topicErrors: new Map(),
}

/** Brings what a broker answered into the image. Topics that were not asked about stay. */
export function withMetadata(image: MetadataImage, response: MetadataResponse): MetadataImage {
  const topics = new Map(image.topics)
  const topicErrors = new Map(image.topicErrors)
  for (const answered of response.topics) {
    const name = answered.name
    if (name === null) continue
    topicErrors.delete(name)
    const known = topics.get(name)
    topics.delete(name)
    if (answered.errorCode === 0) topics.set(name, topicOf(answered, name, known))
    else topicErrors.set(name, errorOf(answered.errorCode).name as ErrorName)
  }
  return {
    clusterId: response.clusterId,
    controllerId: response.controllerId,
    brokers: new Map(
      response.brokers.map(({ nodeId, host, port, rack }) => [nodeId, { id: nodeId, host, port, rack }]),
    ),
    topics,
    topicErrors,
  }
}

type AnsweredTopic = MetadataResponse['topics'][number]
type AnsweredPartition = AnsweredTopic['partitions'][number]

export function topicOf(answered: AnsweredTopic, name: string, known?: TopicMetadata): TopicMetadata {
  const sameTopic = known !== undefined && known.id === answered.topicId && known.id !== zeroUuid
  const partitions: PartitionMetadata[] = []
  for (const partition of answered.partitions) {
    const before = sameTopic ? known.partitions[partition.partitionIndex] : undefined
    partitions[partition.partitionIndex] = newer(before, partitionOf(partition))
  }
  return { name, id: answered.topicId, isInternal: answered.isInternal, partitions }
}

/** A broker that lags behind may answer with an older leader than is known already (KIP-320). */
const newer = (before: PartitionMetadata | undefined, now: PartitionMetadata): PartitionMetadata =>
  before !== undefined && now.leaderEpoch >= 0 && before.leaderEpoch > now.leaderEpoch ? before : now

const partitionOf = (answered: AnsweredPartition): PartitionMetadata => ({
  partition: answered.partitionIndex,
  leader: answered.leaderId,
  leaderEpoch: answered.leaderEpoch,
  replicas: answered.replicaNodes,
  inSyncReplicas: answered.isrNodes,
  offlineReplicas: answered.offlineReplicas,
})

export interface NewLeader {
  readonly topic: string
  readonly partition: number
  readonly leaderId: number
  readonly leaderEpoch: number
}

/** What a broker that is no longer the leader says of the new one (KIP-951). */
export function withLeader(image: MetadataImage, change: NewLeader, brokers: readonly BrokerNode[]): MetadataImage {
  const topic = image.topics.get(change.topic)
  const known = topic?.partitions[change.partition]
  if (topic === undefined || known === undefined || change.leaderEpoch <= known.leaderEpoch) return image
  const partitions = [...topic.partitions]
  partitions[change.partition] = { ...known, leader: change.leaderId, leaderEpoch: change.leaderEpoch }
  return {
    ...image,
    brokers: new Map([...image.brokers, ...brokers.map((broker) => [broker.id, broker] as const)]),
    topics: new Map(image.topics).set(topic.name, { ...topic, partitions }),
  }
}

export const withBroker = (image: MetadataImage, broker: BrokerNode): MetadataImage => ({
  ...image,
  brokers: new Map(image.brokers).set(broker.id, broker),
})
