/** A broker as clients and other brokers see it. */
export interface BrokerInfo {
  readonly id: number
  readonly rack: string | null
}

export interface PartitionInfo {
  readonly partition: number
  readonly leader: number
  readonly leaderEpoch: number
  /** As in Kafka's metadata; one machine has one replica. */
  readonly replicas: readonly number[]
}

export interface Topic {
  readonly name: string
  readonly id: string
  readonly internal: boolean
  readonly partitions: readonly PartitionInfo[]
  /** As asked for. One machine holds one replica whatever was asked for; the number is shown again to those who ask. */
  readonly replicationFactor: number
  /** What was set for this topic, by Kafka's config names. */
  readonly configs: ReadonlyMap<string, string>
}

/** What the cluster looks like at one moment. Immutable: a change makes another image. */
export interface ClusterImage {
  readonly clusterId: string
  readonly controllerId: number
  readonly brokers: readonly BrokerInfo[]
  readonly topics: ReadonlyMap<string, Topic>
  readonly topicsById: ReadonlyMap<string, Topic>
  /** What was set while running, by `resourceKey`: for brokers and groups. */
  readonly dynamicConfigs: ReadonlyMap<string, ReadonlyMap<string, string>>
}

export interface NewTopic {
  readonly name: string
  readonly partitionCount: number
  readonly replicationFactor: number
  readonly configs: ReadonlyMap<string, string>
  readonly internal?: boolean
}

/** Reads and changes the cluster's metadata. A change is durable, and visible to every connection, before it resolves. */
export interface Cluster {
  readonly image: ClusterImage
  createTopic(topic: NewTopic): Promise<Topic>
  /** Throws POLICY_VIOLATION if there may not be so many partitions more. */
  checkRoom(more: number): void
  deleteTopic(name: string): Promise<void>
  /** Raises the number of partitions. */
  createPartitions(name: string, count: number): Promise<Topic>
  /** Sets (string) or removes (undefined) configs of a topic, a broker (by id), or of all brokers (''). */
  alterConfigs(resource: ConfigResource, changes: ReadonlyMap<string, string | undefined>): Promise<void>
  configsOf(resource: ConfigResource): ReadonlyMap<string, string>
  /** The first id of a fresh block of producer ids; never given out before. */
  allocateProducerIds(count: number): Promise<number>
  /** Called for each change, before the caller of the change hears of it; the change waits for the returned promises. */
  onChange(listener: (image: ClusterImage, before: ClusterImage) => void | Promise<void>): void
}

/** Something that has settings. A broker is named by its id, all brokers together by ''. */
export interface ConfigResource {
  readonly type: 'topic' | 'broker' | 'group'
  readonly name: string
}

export const resourceKey = (resource: ConfigResource): string => `${resource.type}/${resource.name}`
