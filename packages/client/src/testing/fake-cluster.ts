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
  /** Broker id; -1: there is none now. */
  leader: number
  leaderEpoch: number
  readonly log: FakeLog
}

type Leadership = Pick<FakePartition, 'leader' | 'leaderEpoch'>

export interface FakeTopic {
  readonly name: string
  id: string
  partitions: FakePartition[]
}

/** How often brokers do not do what a Produce asks, of each batch. */
export interface ProduceFaults {
  /** It is not written. */
  readonly refused: number
  /** It is written, and the broker says that it is not, or that it does not know. */
  readonly denied: number
}

const refusals = [ErrorCode.NOT_ENOUGH_REPLICAS, ErrorCode.KAFKA_STORAGE_ERROR, ErrorCode.LEADER_NOT_AVAILABLE]
const denials = [
  ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
  ErrorCode.REQUEST_TIMED_OUT,
  ErrorCode.NOT_LEADER_OR_FOLLOWER,
]

/** Some brokers with topics, whose logs outlive the loss of every broker: what is written stays written. */
export class FakeCluster {
  readonly runtime: SimulatedRuntime
  readonly brokers: FakeBroker[]
  readonly topics = new Map<string, FakeTopic>()
  /** Looks at a transactional batch before it is written: its transaction, or the code of an error. */
  transactional: (batch: PackedBatch, partition: FakePartition) => FakeTransaction | number = () =>
    ErrorCode.INVALID_TXN_STATE
  produceFaults: ProduceFaults = { refused: 0, denied: 0 }
  /** Whether a broker that is asked for what it does not lead says who does (KIP-951). */
  tellsLeaders = false
  /** What brokers answer to Metadata while they lag behind. */
  readonly #lagging = new Map<number, ReadonlyMap<FakePartition, Leadership>>()
  #nextProducerId = 1000
  #createdCount = 0

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
    const topic = { name, ...this.#newTopic(name, partitionCount) }
    this.topics.set(name, topic)
    return topic
  }

  /** Deletes it, and creates another one of its name. */
  recreateTopic(topic: FakeTopic): void {
    Object.assign(topic, this.#newTopic(topic.name, topic.partitions.length))
  }

  #newTopic(name: string, partitionCount: number): Pick<FakeTopic, 'id' | 'partitions'> {
    const partitions = Array.from({ length: partitionCount }, (_, i) => ({
      leader: this.brokers[i % this.brokers.length]!.id,
      leaderEpoch: 0,
      log: new FakeLog(),
    }))
    return { id: Buffer.alloc(16, `id of ${name}${this.#createdCount++}`).toString('base64url'), partitions }
  }

  /** Another broker leads the partition from now on. */
  moveLeader(topic: FakeTopic, partition: number): void {
    const moved = topic.partitions[partition]!
    const others = this.brokers.filter((broker) => broker.id !== moved.leader)
    if (others.length === 0) return
    moved.leader = others[this.runtime.chance.integer(others.length)]!.id
    moved.leaderEpoch++
  }

  /** Nobody leads the partition for a while. */
  loseLeader(topic: FakeTopic, partition: number, ms: number): void {
    const lost = topic.partitions[partition]!
    const before = lost.leader
    lost.leader = -1
    lost.leaderEpoch++
    this.runtime.timer(ms, () => {
      if (lost.leader === -1) lost.leader = before
      if (lost.leader === -1) this.moveLeader(topic, partition)
      lost.leaderEpoch++
    })
  }

  /** A broker does not hear of new leaders for a while. */
  lag(brokerId: number, ms: number): void {
    const partitions = [...this.topics.values()].flatMap((topic) => topic.partitions)
    const known = new Map(partitions.map((each) => [each, { leader: each.leader, leaderEpoch: each.leaderEpoch }]))
    this.#lagging.set(brokerId, known)
    this.runtime.timer(ms, () => this.#lagging.delete(brokerId))
  }

  #makeBroker(id: number): FakeBroker {
    const address = { host: `broker-${id}`, port: 9092 }
    const broker = new FakeBroker(this.runtime, { id, address, chance: () => this.runtime.chance.next() })
    return broker
      .on(metadataRequest, metadataResponse, (body) => this.#metadata(id, body))
      .on(initProducerIdRequest, initProducerIdResponse, () => ({
        producerId: this.newProducerId(),
        producerEpoch: 0,
      }))
      .on(produceRequest, produceResponse, (body) => this.produce(id, body))
  }

  #metadata(askedId: number, { topics }: MetadataRequest) {
    const names = topics === null ? [...this.topics.keys()] : topics.map((topic) => topic.name!)
    return {
      clusterId: 'simulated',
      controllerId: this.brokers[0]!.id,
      brokers: this.brokers.map(({ id, address }) => ({ nodeId: id, host: address.host, port: address.port })),
      topics: names.map((name) => this.#topicMetadata(askedId, name)),
    }
  }

  #topicMetadata(askedId: number, name: string) {
    const topic = this.topics.get(name)
    if (topic === undefined) return { name, errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION }
    const brokerIds = this.brokers.map(({ id }) => id)
    return {
      name,
      topicId: topic.id,
      partitions: topic.partitions.map((partition, partitionIndex) => {
        const { leader, leaderEpoch } = this.#lagging.get(askedId)?.get(partition) ?? partition
        const errorCode = leader < 0 ? ErrorCode.LEADER_NOT_AVAILABLE : ErrorCode.NONE
        return {
          partitionIndex,
          errorCode,
          leaderId: leader,
          leaderEpoch,
          replicaNodes: brokerIds,
          isrNodes: brokerIds,
        }
      }),
    }
  }

  /** What a broker says of a partition that it does not lead. */
  notLeader({ leader, leaderEpoch }: FakePartition) {
    const isTold = this.tellsLeaders && leader >= 0
    return {
      errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER,
      currentLeader: isTold ? { leaderId: leader, leaderEpoch } : { leaderId: -1, leaderEpoch: -1 },
    }
  }

  /** Where all brokers are, for answers that name leaders. */
  get endpoints() {
    if (!this.tellsLeaders) return []
    return this.brokers.map(({ id, address }) => ({ nodeId: id, host: address.host, port: address.port }))
  }

  newProducerId(): number {
    return this.#nextProducerId++
  }

  #append(partition: FakePartition, records: Buffer) {
    const batch = new PackedBatch(records)
    const { chance } = this.runtime
    if (chance.happens(this.produceFaults.refused))
      return { errorCode: refusals[chance.integer(refusals.length)]!, baseOffset: -1 }
    const isDenied = chance.happens(this.produceFaults.denied)
    const written = this.#write(partition, batch, records)
    if (!isDenied || written.errorCode !== 0) return written
    return { errorCode: denials[chance.integer(denials.length)]!, baseOffset: -1 }
  }

  #write(partition: FakePartition, batch: PackedBatch, records: Buffer) {
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
          if (partition.leader !== brokerId) return { index, ...this.notLeader(partition) }
          return { index, ...this.#append(partition, records!) }
        }),
      })),
      nodeEndpoints: this.endpoints,
    }
  }
}
