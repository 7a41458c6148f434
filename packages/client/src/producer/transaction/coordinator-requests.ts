import {
  addOffsetsToTxnRequest,
  addOffsetsToTxnResponse,
  addPartitionsToTxnRequest,
  addPartitionsToTxnResponse,
  type Decoded,
  endTxnRequest,
  endTxnResponse,
  initProducerIdRequest,
  initProducerIdResponse,
  type Message,
  type Partially,
  txnOffsetCommitRequest,
  txnOffsetCommitResponse,
} from '@ottla/protocol'
import type { Cluster } from '../../connection/cluster.ts'
import { byTopic, type TopicPartition } from '../../consumer/topic-partition.ts'
import { type OttlaError, throwBrokerError } from '../../ottla-error.ts'
import type { ProducerIdentity } from '../partition-queue.ts'
import type { GroupOfOffsets, TransactionOffset } from './transaction.ts'

export interface CoordinatorRequestsOptions {
  readonly cluster: Cluster
  readonly transactionalId: string
  readonly transactionTimeoutMs: number
  readonly timeoutMs: number
}

/**
 * What a transactional producer asks the coordinators. The second version of the protocol (KIP-890, the cluster's feature
 * transaction.version 2) leaves the announcements out, and each end of a transaction gives a new epoch; the last request
 * versions of the first one are named here.
 */
const lastOfVersion1 = { endTxn: 4, txnOffsetCommit: 4 } as const

export class CoordinatorRequests {
  readonly #options: CoordinatorRequestsOptions

  constructor(options: CoordinatorRequestsOptions) {
    this.#options = options
  }

  /** A new epoch, which shuts out every older producer and aborts what they left. `known`: goes on from it. */
  async initialize(known?: ProducerIdentity): Promise<{ identity: ProducerIdentity; isVersion2: boolean }> {
    const { transactionalId, transactionTimeoutMs } = this.#options
    const body = { transactionalId, transactionTimeoutMs, producerId: -1, producerEpoch: -1, ...known }
    return this.#retry('starting the transactional producer', async (broker) => {
      const answer = await this.#send(broker, initProducerIdRequest, initProducerIdResponse, body)
      throwBrokerError(answer.errorCode, undefined, { transactionalId })
      const { producerId, producerEpoch } = answer
      const { features } = await this.#options.cluster.connection(broker)
      return { identity: { producerId, producerEpoch }, isVersion2: (features.get('transaction.version') ?? 0) >= 2 }
    })
  }

  async addPartitions(
    identity: ProducerIdentity,
    partitions: readonly TopicPartition[],
    signal: AbortSignal,
  ): Promise<void> {
    const { transactionalId } = this.#options
    const { producerId, producerEpoch } = identity
    const topics = [...byTopic(partitions)].map(([name, indexes]) => ({ name, partitions: indexes }))
    const body = {
      transactions: [],
      v3AndBelowTransactionalId: transactionalId,
      v3AndBelowProducerId: producerId,
      v3AndBelowProducerEpoch: producerEpoch,
      v3AndBelowTopics: topics,
    }
    const attempt = async (broker: number) => {
      // Newer versions are for brokers.
      const answer = await this.#send(broker, addPartitionsToTxnRequest, addPartitionsToTxnResponse, body, 3)
      for (const { name: topic, resultsByPartition } of answer.resultsByTopicV3AndBelow)
        for (const { partitionIndex: partition, partitionErrorCode } of resultsByPartition)
          throwBrokerError(partitionErrorCode, undefined, { transactionalId, topic, partition })
    }
    await this.#retry('adding partitions to the transaction', attempt, signal)
  }

  async addOffsets(identity: ProducerIdentity, groupId: string): Promise<void> {
    const { transactionalId } = this.#options
    await this.#retry('adding offsets to the transaction', async (broker) => {
      const body = { transactionalId, ...identity, groupId }
      const answer = await this.#send(broker, addOffsetsToTxnRequest, addOffsetsToTxnResponse, body)
      throwBrokerError(answer.errorCode, undefined, { transactionalId, group: groupId })
    })
  }

  async commitOffsets(
    identity: ProducerIdentity,
    { groupId, member }: GroupOfOffsets,
    offsets: readonly TransactionOffset[],
    isVersion2: boolean,
  ): Promise<void> {
    const { transactionalId, cluster } = this.#options
    const body = {
      transactionalId,
      groupId,
      ...identity,
      ...(member !== undefined && {
        generationId: member.epoch,
        memberId: member.memberId,
        groupInstanceId: member.groupInstanceId,
      }),
      topics: offsets.map(({ topic, partition, offset, leaderEpoch = -1, metadata = '' }) => ({
        name: topic,
        partitions: [
          {
            partitionIndex: partition,
            committedOffset: offset,
            committedLeaderEpoch: leaderEpoch,
            committedMetadata: metadata,
          },
        ],
      })),
    }
    const maxVersion = isVersion2 ? Infinity : lastOfVersion1.txnOffsetCommit
    const what = `committing offsets of group ${groupId} in the transaction`
    const { timeoutMs } = this.#options
    const beforeRetry = () => cluster.forgetCoordinator('group', groupId)
    await cluster.retry({ what, timeoutMs, beforeRetry }, async () => {
      const broker = await cluster.coordinatorNow('group', groupId)
      const answer = await this.#send(broker, txnOffsetCommitRequest, txnOffsetCommitResponse, body, maxVersion)
      for (const { name: topic, partitions } of answer.topics)
        for (const { partitionIndex: partition, errorCode } of partitions)
          throwBrokerError(errorCode, undefined, { transactionalId, group: groupId, topic, partition })
    })
  }

  /** Commits or aborts. Gives who the producer is afterwards. */
  async end(identity: ProducerIdentity, committed: boolean, isVersion2: boolean): Promise<ProducerIdentity> {
    const { transactionalId } = this.#options
    const maxVersion = isVersion2 ? Infinity : lastOfVersion1.endTxn
    const what = committed ? 'committing the transaction' : 'aborting the transaction'
    return this.#retry(what, async (broker) => {
      const body = { transactionalId, ...identity, committed }
      const answer = await this.#send(broker, endTxnRequest, endTxnResponse, body, maxVersion)
      throwBrokerError(answer.errorCode, undefined, { transactionalId })
      const { producerId, producerEpoch } = answer
      return producerId >= 0 ? { producerId, producerEpoch } : identity
    })
  }

  #send<Q extends Message<any>, R extends Message<any>>(
    broker: number,
    request: Q,
    response: R,
    body: Partially<Decoded<Q>>,
    maxVersion = Infinity,
  ): Promise<Decoded<R>> {
    return this.#options.cluster.send(broker, request, response, body, { maxVersion })
  }

  #retry<T>(what: string, attempt: (broker: number) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const { cluster, transactionalId, timeoutMs } = this.#options
    const beforeRetry = (error: OttlaError) => {
      if (error.name !== 'CONCURRENT_TRANSACTIONS') cluster.forgetCoordinator('transaction', transactionalId)
    }
    return cluster.retry({ what, timeoutMs, beforeRetry, signal }, async () =>
      attempt(await cluster.coordinatorNow('transaction', transactionalId)),
    )
  }
}
