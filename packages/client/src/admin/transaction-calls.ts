import {
  describeProducersRequest,
  describeProducersResponse,
  describeTransactionsRequest,
  describeTransactionsResponse,
  initProducerIdRequest,
  initProducerIdResponse,
  listTransactionsRequest,
  listTransactionsResponse,
  writeTxnMarkersRequest,
  writeTxnMarkersResponse,
} from '@ottla/protocol'
import type { TopicPartition } from '../consumer/topic-partition.ts'
import type { AdminCallOptions, AdminRequests } from './admin-requests.ts'
import { sendToLeaders } from './leader-requests.ts'

/** An idempotent producer that a partition remembers (KIP-664). */
export interface ActiveProducer {
  readonly producerId: number
  readonly producerEpoch: number
  /** Of the last record it has written. */
  readonly lastSequence: number
  /** In ms since 1970. */
  readonly lastTimestamp: number
  readonly coordinatorEpoch: number
  /** -1: no transaction is under way. */
  readonly currentTransactionStartOffset: number
}

export interface PartitionProducers extends TopicPartition {
  readonly producers: readonly ActiveProducer[]
}

export function describeProducers(
  requests: AdminRequests,
  partitions: readonly TopicPartition[],
  options: AdminCallOptions = {},
): Promise<PartitionProducers[]> {
  return sendToLeaders(
    requests,
    { what: 'describing producers', items: partitions, options },
    async (broker, items) => {
      const topics = items.map(({ topic, partition }) => ({ name: topic, partitionIndexes: [partition] }))
      const answer = await requests.send({ broker }, describeProducersRequest, describeProducersResponse, { topics })
      return answer.topics.flatMap(({ name: topic, partitions: described }) =>
        described.map(({ partitionIndex: partition, errorCode, errorMessage, activeProducers }) => {
          const producers = activeProducers.map(({ currentTxnStartOffset, ...producer }) => ({
            ...producer,
            currentTransactionStartOffset: currentTxnStartOffset,
          }))
          return { topic, partition, errorCode, errorMessage, result: { topic, partition, producers } }
        }),
      )
    },
  )
}

/** A transactional id and what its producer is doing (KIP-664). */
export interface TransactionDescription {
  readonly transactionalId: string
  /** Kafka's words: `Empty`, `Ongoing`, `PrepareCommit`, `CompleteCommit`, … */
  readonly state: string
  readonly producerId: number
  readonly producerEpoch: number
  readonly timeoutMs: number
  /** In ms since 1970, or -1: none is under way. */
  readonly startTimestamp: number
  readonly partitions: readonly TopicPartition[]
  /** The broker that coordinates it. */
  readonly coordinator: number
}

export function describeTransactions(
  requests: AdminRequests,
  transactionalIds: readonly string[],
  options: AdminCallOptions = {},
): Promise<TransactionDescription[]> {
  return Promise.all(transactionalIds.map((id) => describeTransaction(requests, id, options)))
}

function describeTransaction(
  requests: AdminRequests,
  transactionalId: string,
  options: AdminCallOptions,
): Promise<TransactionDescription> {
  const target = { coordinator: 'transaction', key: transactionalId } as const
  return requests.retry(`describing the transaction of ${transactionalId}`, options, async () => {
    const body = { transactionalIds: [transactionalId] }
    const answer = await requests.send(target, describeTransactionsRequest, describeTransactionsResponse, body)
    const state = answer.transactionStates[0]!
    requests.check(target, state.errorCode, undefined, { transactionalId })
    return {
      transactionalId,
      state: state.transactionState,
      producerId: state.producerId,
      producerEpoch: state.producerEpoch,
      timeoutMs: state.transactionTimeoutMs,
      startTimestamp: state.transactionStartTimeMs,
      partitions: state.topics.flatMap(({ topic, partitions }) =>
        partitions.map((partition) => ({ topic, partition })),
      ),
      coordinator: await requests.cluster.coordinatorNow('transaction', transactionalId),
    }
  })
}

/** Which transactions to list (KIP-664, KIP-994). */
export interface ListTransactionsOptions extends AdminCallOptions {
  /** Kafka's words: `Ongoing`, `Empty`, `CompleteCommit`, … */
  readonly states?: readonly string[]
  readonly producerIds?: readonly number[]
  /** Only those that run for longer. */
  readonly longerThanMs?: number
}

/** A transactional id, in short. */
export interface ListedTransaction {
  readonly transactionalId: string
  readonly producerId: number
  readonly state: string
}

/** Of all brokers. */
export async function listTransactions(
  requests: AdminRequests,
  options: ListTransactionsOptions = {},
): Promise<ListedTransaction[]> {
  await requests.retry('listing transactions', options, () => requests.cluster.refresh())
  const { states: stateFilters = [], producerIds: producerIdFilters = [], longerThanMs: durationFilter = -1 } = options
  const answers = await Promise.all(
    [...requests.cluster.image.brokers.keys()].map((broker) => {
      const call = { what: `listing the transactions of broker ${broker}`, target: { broker }, options }
      const body = { stateFilters, producerIdFilters, durationFilter }
      return requests.ask(call, listTransactionsRequest, listTransactionsResponse, body)
    }),
  )
  return answers.flatMap(({ transactionStates }) =>
    transactionStates.map(({ transactionState: state, ...transaction }) => ({ ...transaction, state })),
  )
}

/** Shuts producers with these transactional ids out; what they have not committed is aborted. */
export async function fenceProducers(
  requests: AdminRequests,
  transactionalIds: readonly string[],
  options: AdminCallOptions = {},
): Promise<Map<string, { readonly producerId: number; readonly producerEpoch: number }>> {
  const fenced = await Promise.all(
    transactionalIds.map(async (transactionalId) => {
      const target = { coordinator: 'transaction', key: transactionalId } as const
      const call = {
        what: `fencing the producers of ${transactionalId}`,
        target,
        options,
        context: { transactionalId },
      }
      const body = { transactionalId, transactionTimeoutMs: requests.timeoutMsOf(options) }
      const { producerId, producerEpoch } = await requests.ask(
        call,
        initProducerIdRequest,
        initProducerIdResponse,
        body,
      )
      return [transactionalId, { producerId, producerEpoch }] as const
    }),
  )
  return new Map(fenced)
}

/** Ends whatever transaction is under way, as `fenceProducers` does, and gives back nothing. */
export async function forceTerminateTransaction(
  requests: AdminRequests,
  transactionalId: string,
  options: AdminCallOptions = {},
): Promise<void> {
  await fenceProducers(requests, [transactionalId], options)
}

/** A transaction that hangs in a partition, as `describeProducers` shows it. */
export interface HangingTransaction extends TopicPartition {
  readonly producerId: number
  readonly producerEpoch: number
  readonly coordinatorEpoch: number
}

/** Writes an abort marker into a partition whose coordinator has forgotten the transaction (KIP-664). */
export async function abortTransaction(
  requests: AdminRequests,
  transaction: HangingTransaction,
  options: AdminCallOptions = {},
): Promise<void> {
  const { topic, partition, producerId, producerEpoch, coordinatorEpoch } = transaction
  const call = { what: 'aborting a transaction', items: [transaction], options }
  await sendToLeaders(requests, call, async (broker) => {
    const answer = await requests.send({ broker }, writeTxnMarkersRequest, writeTxnMarkersResponse, {
      markers: [
        {
          producerId,
          producerEpoch,
          coordinatorEpoch,
          transactionResult: false,
          topics: [{ name: topic, partitionIndexes: [partition] }],
        },
      ],
    })
    const { errorCode } = answer.markers[0]!.topics[0]!.partitions[0]!
    return [{ topic, partition, errorCode, result: true }]
  })
}
