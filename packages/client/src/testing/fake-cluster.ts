import {
  ErrorCode,
  initProducerIdRequest,
  initProducerIdResponse,
  type MetadataRequest,
  metadataRequest,
  metadataResponse,
  PackedBatch,
  type ProduceRequest,
  produceRequest,
  produceResponse,
} from '@ottla/protocol'
import { FakeBroker } from './fake-broker.ts'
import { FakeLog, type FakeTransaction } from './fake-log.ts'
import type { SimulatedRuntime } from './simulated-runtime.ts'

export interface FakePartition {
  leader: number
  leaderEpoch: number
  readonly log: FakeLog
}

export interface FakeTopic {
  readonly name: string
  readonly id: string
  readonly partitions: FakePartition[]
}

/** Some brokers with topics, whose logs outlive the loss of every broker: what is written stays written. */
export class FakeCluster {
  readonly runtime: SimulatedRuntime
  readonly brokers: FakeBroker[]
  readonly topics = new Map<string, FakeTopic>()
  /** Looks at a transactional batch before it is written: its transaction, or the code of an error. */
  transactional: (batch: PackedBatch, partition: FakePartition) => FakeTransaction | number = () =>
    ErrorCode.INVALID_TXN_STATE
  #nextProducerId = 1000

  constructor(runtime: SimulatedRuntime, brokerCount = 1) {
    this.runtime = runtime
    this.brokers = Array.from({ length: brokerCount }, (_, i) => this.#makeBroker(i + 1))
  }

  get bootstrap(): string[] {
    return this.brokers.map(({ address }) => `${address.host}:${address.port}`)
  }

  async start(): Promise<this> {
    for (const broker of this.brokers) await broker.start()
    return this
  }

  createTopic(name: string, partitionCount = 1): FakeTopic {
    const partitions = Array.from({ length: partitionCount }, (_, i) => ({
      leader: this.brokers[i % this.brokers.length]!.id,
      leaderEpoch: 0,
      log: new FakeLog(),
    }))
    const id = Buffer.alloc(16, `id of ${name}${this.topics.size}`).toString('base64url')
    const topic = { name, id, partitions }
    this.topics.set(name, topic)
    return topic
  }

  /** Another broker leads the partition from now on. */
  moveLeader(topic: FakeTopic, partition: number): void {
    const moved = topic.partitions[partition]!
    const others = this.brokers.filter((broker) => broker.id !== moved.leader)
    if (others.length === 0) return
    moved.leader = others[this.runtime.chance.integer(others.length)]!.id
    moved.leaderEpoch++
  }

  #makeBroker(id: number): FakeBroker {
    const address = { host: `broker-${id}`, port: 9092 }
    const broker = new FakeBroker(this.runtime, { id, address, chance: () => this.runtime.chance.next() })
    return broker
      .on(metadataRequest, metadataResponse, (body) => this.#metadata(body))
      .on(initProducerIdRequest, initProducerIdResponse, () => ({
        producerId: this.newProducerId(),
        producerEpoch: 0,
      }))
      .on(produceRequest, produceResponse, (body) => this.produce(id, body))
  }

  #metadata({ topics }: MetadataRequest) {
    const names = topics === null ? [...this.topics.keys()] : topics.map((topic) => topic.name!)
    return {
      clusterId: 'simulated',
      controllerId: this.brokers[0]!.id,
      brokers: this.brokers.map(({ id, address }) => ({ nodeId: id, host: address.host, port: address.port })),
      topics: names.map((name) => this.#topicMetadata(name)),
    }
  }

  #topicMetadata(name: string) {
    const topic = this.topics.get(name)
    if (topic === undefined) return { name, errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION }
    const brokerIds = this.brokers.map(({ id }) => id)
    return {
      name,
      topicId: topic.id,
      partitions: topic.partitions.map(({ leader, leaderEpoch }, partitionIndex) => ({
        partitionIndex,
        leaderId: leader,
        leaderEpoch,
        replicaNodes: brokerIds,
        isrNodes: brokerIds,
      })),
    }
  }

  newProducerId(): number {
    return this.#nextProducerId++
  }

  #append(partition: FakePartition, records: Buffer) {
    const batch = new PackedBatch(records)
    if (!batch.isTransactional) return partition.log.append(records)
    const transaction = this.transactional(batch, partition)
    return typeof transaction === 'number'
      ? { errorCode: transaction, baseOffset: -1 }
      : partition.log.append(records, transaction)
  }

  /** What a broker answers to a Produce. */
  produce(brokerId: number, { topicData }: ProduceRequest) {
    return {
      responses: topicData.map(({ name, topicId, partitionData }) => ({
        name,
        topicId,
        partitionResponses: partitionData.map(({ index, records }) => {
          const topic = [...this.topics.values()].find((each) => each.name === name || each.id === topicId)
          const partition = topic?.partitions[index]
          if (partition === undefined) return { index, errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION }
          if (partition.leader !== brokerId) return { index, errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER }
          return { index, ...this.#append(partition, records!) }
        }),
      })),
    }
  }
}
