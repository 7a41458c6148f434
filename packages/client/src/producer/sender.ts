import { type ProduceResponse, produceRequest, produceResponse, zeroUuid } from '@ottla/protocol'
import type { BrokerConnection } from '../connection/broker-connection.ts'
import type { Cluster } from '../connection/cluster.ts'
import { asOttlaError, OttlaError } from '../ottla-error.ts'
import type { PartitionQueue, ProducerIdentity } from './partition-queue.ts'
import type { BatchForm, ProducerBatch } from './producer-batch.ts'

/** A request holds one batch of each partition at most, and about so many bytes. */
const requestBytesMost = 4 * 1024 * 1024

export interface SenderOptions {
  readonly cluster: Cluster
  readonly acks: -1 | 0 | 1
  readonly maxInFlight: number
  readonly transactionalId: string | null
  /** The newest version of Produce to be used. */
  maxVersion(): number
  form(): BatchForm
  /** Who the producer is; undefined while that is not known, and nothing can be sent. Null: not idempotent. */
  identity(): ProducerIdentity | null | undefined
  /** Whether the partition may be written to now; in a transaction it has to be announced first. */
  mayWrite(queue: PartitionQueue): boolean
  answered(queue: PartitionQueue, batch: ProducerBatch, answer: PartitionAnswer): void
  /** The partition's leader cannot be reached now. */
  unreachable(queue: PartitionQueue, error: OttlaError): void
  /** The request has failed as a whole: nothing is known of its batches. */
  lost(queue: PartitionQueue, batch: ProducerBatch, error: OttlaError): void
}

export type PartitionAnswer = ProduceResponse['responses'][number]['partitionResponses'][number]

interface Parcel {
  readonly queue: PartitionQueue
  readonly batch: ProducerBatch
}

interface TopicParcels {
  readonly name: string
  readonly topicId: string
  readonly parcels: Parcel[]
}

interface Request {
  readonly brokerId: number
  readonly connection: BrokerConnection
  readonly parcels: Parcel[]
  bytes: number
}

/**
 * Sends what is ready to the partitions' leaders: a loop that runs whenever something may have become possible (records
 * were added, an answer came, a connection stands, a pause is over, a leader is known) and stops when nothing is.
 */
export class Sender {
  readonly #options: SenderOptions
  readonly #cluster: Cluster
  /** Partitions with something to send. Those that were served go to the end. */
  readonly #ready = new Set<PartitionQueue>()
  readonly #inFlight = new Map<number, number>()
  readonly #connecting = new Set<number>()
  #state: 'idle' | 'working' | 'workingAgain' = 'idle'
  #awaitsMetadata = false
  #requestCount = 0
  #retryTimerAtMs = Infinity

  constructor(options: SenderOptions) {
    this.#options = options
    this.#cluster = options.cluster
  }

  get requestCount(): number {
    return this.#requestCount
  }

  add(queue: PartitionQueue): void {
    this.#ready.add(queue)
  }

  work(): void {
    if (this.#state !== 'idle') {
      this.#state = 'workingAgain'
      return
    }
    do {
      this.#state = 'working'
      while (this.#sendRound());
    } while ((this.#state as string) === 'workingAgain')
    this.#state = 'idle'
  }

  /** Sends one request to each broker that something is ready for; false if there was none. */
  #sendRound(): boolean {
    const identity = this.#options.identity()
    if (identity === undefined || this.#cluster.closed.aborted) return false
    const nowMs = this.#cluster.runtime.monotonic()
    const requests = new Map<number, Request>()
    for (const queue of [...this.#ready]) this.#pack(queue, { identity: identity ?? undefined, nowMs, requests })
    for (const request of requests.values()) this.#send(request)
    return requests.size > 0
  }

  #pack(
    queue: PartitionQueue,
    round: { identity: ProducerIdentity | undefined; nowMs: number; requests: Map<number, Request> },
  ): void {
    const { identity, nowMs, requests } = round
    if (!queue.hasWork) {
      this.#ready.delete(queue)
      return
    }
    if (queue.mustWaitFor(identity) || !this.#options.mayWrite(queue)) return
    const batch = queue.next(nowMs, this.#options.maxInFlight)
    if (batch === undefined) {
      this.#lookAgainAt(queue.retryAtMs)
      return
    }
    if (!this.#isReadyToSeal(queue, batch)) return
    const request = this.#requestTo(queue, requests)
    if (request === undefined || (request.bytes > 0 && request.bytes + batch.records.bytes > requestBytesMost)) return
    if (batch.attempts === 0) this.#cluster.watch.timings.add('recordQueue', nowMs - batch.openedMs)
    queue.take(batch, identity)
    batch.sentTo = this.#cluster.leader(queue.topic, queue.partition)
    request.parcels.push({ queue, batch })
    request.bytes += batch.records.bytes
    this.#ready.delete(queue)
    if (queue.hasWork) this.#ready.add(queue)
  }

  /** False: a foreign codec packs it; the loop runs again when that is done. */
  #isReadyToSeal(queue: PartitionQueue, batch: ProducerBatch): boolean {
    const { foreignCodec } = this.#options.form()
    if (foreignCodec === undefined || batch.isPacked) return true
    if (batch.isPacking) return false
    batch.packWith(foreignCodec).then(
      () => this.work(),
      (cause) => {
        const { topic, partition } = batch
        const message = `the application's codec for ${foreignCodec.type} has failed: ${asOttlaError(cause).message}`
        this.#options.lost(queue, batch, new OttlaError('SERIALIZATION_FAILED', { message, topic, partition, cause }))
        this.work()
      },
    )
    return false
  }

  /** The request of this round to the partition's leader, if one can be sent there now. */
  #requestTo(queue: PartitionQueue, requests: Map<number, Request>): Request | undefined {
    const partition = this.#cluster.leader(queue.topic, queue.partition)
    if (partition === undefined) {
      this.awaitMetadata()
      return undefined
    }
    const brokerId = partition.leader
    const begun = requests.get(brokerId)
    if (begun !== undefined) return begun
    if ((this.#inFlight.get(brokerId) ?? 0) >= this.#options.maxInFlight) return undefined
    const connection = this.#cluster.openConnection(brokerId, 'produce')
    if (connection === undefined) {
      this.#connect(brokerId)
      return undefined
    }
    const request = { brokerId, connection, parcels: [], bytes: 0 }
    requests.set(brokerId, request)
    return request
  }

  #connect(brokerId: number): void {
    if (this.#connecting.has(brokerId)) return
    this.#connecting.add(brokerId)
    const done = () => this.#connecting.delete(brokerId)
    this.#cluster.connection(brokerId, 'produce').then(
      () => {
        done()
        this.work()
      },
      (error) => {
        done()
        for (const queue of [...this.#ready])
          if (this.#cluster.leader(queue.topic, queue.partition)?.leader === brokerId)
            this.#options.unreachable(queue, asOttlaError(error))
        this.awaitMetadata()
      },
    )
  }

  /** Asks who leads what, after a pause, and goes on then. */
  awaitMetadata(): void {
    if (this.#awaitsMetadata || this.#cluster.closed.aborted) return
    this.#awaitsMetadata = true
    const goOn = () => {
      this.#awaitsMetadata = false
      this.work()
    }
    this.#cluster.wheel.after(this.#cluster.settings.retryBackoffMs, () => {
      this.#cluster.refresh().then(goOn, goOn)
    })
  }

  #lookAgainAt(atMs: number | undefined): void {
    if (atMs === undefined || atMs >= this.#retryTimerAtMs) return
    this.#retryTimerAtMs = atMs
    this.#cluster.wheel.after(atMs - this.#cluster.runtime.monotonic(), () => {
      if (this.#retryTimerAtMs === atMs) this.#retryTimerAtMs = Infinity
      this.work()
    })
  }

  #send({ brokerId, connection, parcels }: Request): void {
    const { acks, transactionalId } = this.#options
    const form = this.#options.form()
    try {
      const topics = this.#byTopic(parcels)
      const topicData = topics.map(({ name, topicId, parcels }) => ({
        name,
        topicId,
        partitionData: parcels.map(({ batch }) => ({ index: batch.partition, records: batch.sealed(form) })),
      }))
      const body = { transactionalId, acks, timeoutMs: this.#cluster.settings.requestTimeoutMs, topicData }
      this.#requestCount++
      if (acks === 0) {
        connection.sendUnanswered(produceRequest, body)
        for (const { queue, batch } of parcels) this.#options.answered(queue, batch, unanswered(batch))
        return
      }
      this.#inFlight.set(brokerId, (this.#inFlight.get(brokerId) ?? 0) + 1)
      // Version 13 has ids in the place of names.
      const lastByName = topicData.some((topic) => topic.topicId === zeroUuid) ? 12 : Infinity
      const maxVersion = Math.min(lastByName, this.#options.maxVersion())
      const answer = connection.send(produceRequest, produceResponse, body, { maxVersion })
      answer.then(
        (response) => this.#answered(brokerId, topics, response),
        (error) => this.#lost(brokerId, parcels, asOttlaError(error)),
      )
    } catch (error) {
      for (const { queue, batch } of parcels) this.#options.lost(queue, batch, asOttlaError(error))
    }
  }

  #byTopic(parcels: readonly Parcel[]): TopicParcels[] {
    const topics = new Map<string, TopicParcels>()
    for (const parcel of parcels) {
      const name = parcel.batch.topic
      const ofTopic = topics.get(name)
      if (ofTopic !== undefined) ofTopic.parcels.push(parcel)
      else topics.set(name, { name, topicId: this.#cluster.topicId(name), parcels: [parcel] })
    }
    return [...topics.values()]
  }

  #answered(brokerId: number, topics: readonly TopicParcels[], response: ProduceResponse): void {
    this.#inFlight.set(brokerId, this.#inFlight.get(brokerId)! - 1)
    this.#learnLeaders(response)
    for (const { name, topicId, parcels } of topics) {
      // From version 13 on, topics are answered by id only.
      const answers = response.responses.find(
        (topic) => topic.name === name || (topic.name === '' && topic.topicId === topicId),
      )
      for (const { queue, batch } of parcels) {
        const answer = answers?.partitionResponses.find((partition) => partition.index === batch.partition)
        if (answer === undefined) this.#options.lost(queue, batch, missing(batch))
        else this.#options.answered(queue, batch, answer)
        this.#ready.add(queue)
      }
    }
    this.work()
  }

  #lost(brokerId: number, parcels: readonly Parcel[], error: OttlaError): void {
    this.#inFlight.set(brokerId, this.#inFlight.get(brokerId)! - 1)
    for (const { queue, batch } of parcels) {
      this.#options.lost(queue, batch, error)
      this.#ready.add(queue)
    }
    this.awaitMetadata()
    this.work()
  }

  #learnLeaders(response: ProduceResponse): void {
    if (response.nodeEndpoints.length === 0) return
    const brokers = response.nodeEndpoints.map(({ nodeId, host, port, rack }) => ({ id: nodeId, host, port, rack }))
    for (const { name, topicId, partitionResponses } of response.responses) {
      const topic = name !== '' ? name : this.#topicName(topicId)
      if (topic === undefined) continue
      for (const { index, currentLeader } of partitionResponses)
        this.#cluster.learnLeader({ topic, partition: index, ...currentLeader }, brokers)
    }
  }

  #topicName(id: string): string | undefined {
    for (const topic of this.#cluster.image.topics.values()) if (topic.id === id) return topic.name
    return undefined
  }
}

const unanswered = ({ partition }: ProducerBatch): PartitionAnswer => ({
  index: partition,
  errorCode: 0,
  baseOffset: -1,
  logAppendTimeMs: -1,
  logStartOffset: -1,
  recordErrors: [],
  errorMessage: null,
  currentLeader: { leaderId: -1, leaderEpoch: -1 },
})

const missing = ({ topic, partition }: ProducerBatch) =>
  new OttlaError('NETWORK_EXCEPTION', { message: 'the broker left the partition out of its answer', topic, partition })
