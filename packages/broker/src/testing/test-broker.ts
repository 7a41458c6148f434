import type { Cluster, ClusterImage, Topic } from '@ottla/cluster'
import { defaultGroupSettings, GroupService } from '@ottla/coordinator'
import { zeroUuid } from '@ottla/protocol'
import { type Address, type LogLevel, nodeRuntime, type Runtime } from '@ottla/runtime'
import type { TopicSettings } from '@ottla/storage'
import { createBroker } from '../broker.ts'
import type { Handler } from '../handler.ts'
import { handlers as allHandlers } from '../handlers/index.ts'
import type { Services } from '../services.ts'
import { type BrokerSettings, defaultBrokerSettings } from '../settings.ts'
import { MemoryCoordinatorLog } from './memory-coordinator-log.ts'
import { MemoryPartition, MemoryStorage } from './memory-storage.ts'
import { WireClient } from './wire-client.ts'

export const topicSettings: TopicSettings = {
  cleanup: { delete: true, compact: false },
  compressionType: 'producer',
  compressionLevels: { gzip: -1, lz4: 9, zstd: 3 },
  maxMessageBytes: 1048588,
  messageTimestampType: 'CreateTime',
  messageTimestampBeforeMaxMs: Infinity,
  messageTimestampAfterMaxMs: 3_600_000,
  minInsyncReplicas: 1,
  retentionMs: Infinity,
  retentionBytes: Infinity,
  segmentBytes: 2 ** 30,
  segmentMs: Infinity,
  indexIntervalBytes: 4096,
}

/** A broker on loopback over a storage in memory, for tests that speak to it in frames. */
export class TestBroker {
  readonly storage = new MemoryStorage()
  readonly logged: { level: LogLevel; message: string }[] = []
  readonly runtime: Runtime
  address!: Address
  private readonly clients: WireClient[] = []
  private image: ClusterImage = {
    clusterId: 'test',
    controllerId: 1,
    brokers: [{ id: 1, rack: null }],
    topics: new Map(),
    topicsById: new Map(),
    dynamicConfigs: new Map(),
  }
  private readonly listeners: Parameters<Cluster['onChange']>[0][] = []
  stop: () => Promise<void> = async () => {}

  private constructor() {
    this.runtime = nodeRuntime({
      enabled: () => true,
      write: (level, message) => this.logged.push({ level, message }),
    })
  }

  static async start(settings: Partial<BrokerSettings> = {}, handlers: readonly Handler[] = allHandlers) {
    const test = new TestBroker()
    const groups = new GroupService({
      runtime: test.runtime,
      log: new MemoryCoordinatorLog(),
      settings: { ...defaultGroupSettings, initialRebalanceDelayMs: 0 },
    })
    await groups.start()
    const services = {
      runtime: test.runtime,
      storage: test.storage,
      groups,
      brokerId: 1,
      cluster: test.cluster(),
    } as unknown as Services
    const broker = createBroker(services, { ...defaultBrokerSettings, ...settings }, handlers)
    test.address = await broker.listen({ host: '127.0.0.1', port: 0 })
    test.stop = async () => {
      await broker.close()
      await groups.close()
    }
    return test
  }

  /** Topic ids are made of the name, so that tests can write them down. */
  addTopic(name: string, partitionCount = 1, options: { internal?: boolean } = {}): MemoryPartition[] {
    const id = topicIdOf(name)
    const partitions = Array.from({ length: partitionCount }, (_, partition) => {
      const added = new MemoryPartition({ topic: name, topicId: id, partition }, topicSettings)
      this.storage.add(added)
      return added
    })
    const topic: Topic = {
      name,
      id,
      internal: options.internal ?? false,
      replicationFactor: 1,
      configs: new Map(),
      partitions: partitions.map((_, partition) => ({ partition, leader: 1, leaderEpoch: 0, replicas: [1] })),
    }
    this.change({ ...this.image, ...withTopic(this.image, topic) })
    return partitions
  }

  removeTopic(name: string): void {
    const topics = new Map(this.image.topics)
    const topicsById = new Map(this.image.topicsById)
    topics.delete(name)
    topicsById.delete(topicIdOf(name))
    this.storage.removeTopic(topicIdOf(name))
    this.change({ ...this.image, topics, topicsById })
  }

  async connect(): Promise<WireClient> {
    const client = await WireClient.connect(this.runtime, this.address)
    this.clients.push(client)
    return client
  }

  /** Waits until a condition holds that the broker brings about on its own. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => setImmediate(resolve))
  }

  async close(): Promise<void> {
    for (const client of this.clients) client.close()
    await this.stop()
  }

  private change(image: ClusterImage): void {
    const before = this.image
    this.image = image
    for (const listener of this.listeners) void listener(image, before)
  }

  private cluster(): Cluster {
    const test = this
    let nextProducerId = 0
    return {
      get image() {
        return test.image
      },
      onChange: (listener: Parameters<Cluster['onChange']>[0]) => void test.listeners.push(listener),
      async allocateProducerIds(count: number) {
        const first = nextProducerId
        nextProducerId += count
        return first
      },
    } as unknown as Cluster
  }
}

export const topicIdOf = (name: string) => (name + zeroUuid.slice(1)).slice(0, 21) + 'A'

const withTopic = ({ topics, topicsById }: ClusterImage, topic: Topic) => ({
  topics: new Map(topics).set(topic.name, topic),
  topicsById: new Map(topicsById).set(topic.id, topic),
})
