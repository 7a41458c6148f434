import {
  addOffsetsToTxnRequest,
  addOffsetsToTxnResponse,
  addPartitionsToTxnRequest,
  addPartitionsToTxnResponse,
  ErrorCode,
  endTxnRequest,
  endTxnResponse,
  findCoordinatorRequest,
  findCoordinatorResponse,
  initProducerIdRequest,
  initProducerIdResponse,
  type PackedBatch,
  txnOffsetCommitRequest,
  txnOffsetCommitResponse,
} from '@ottla/protocol'
import type { FakeCluster, FakePartition } from './fake-cluster.ts'
import type { FakeTransaction } from './fake-log.ts'

interface TransactionalId {
  readonly producerId: number
  epoch: number
  current: FakeTransaction | undefined
  lastOutcome: FakeTransaction['outcome'] | undefined
  readonly partitions: Set<FakePartition>
  pendingOffset: number | undefined
  /** The epoch before the present one, if initializing has raised it. */
  raisedFrom: number | undefined
  /** Markers are being written until then. */
  completingUntilMs: number
}

/** The coordinator of transactions, with either version of the protocol (KIP-98, KIP-890); and one of a group's offset. */
export class FakeTransactions {
  /** What the group has committed. */
  committedOffset = -1
  coordinator: number
  readonly isVersion2: boolean
  /** Somebody without a past has initialized an id that was known. */
  hasNewcomer = false
  readonly #cluster: FakeCluster
  /** It has just come here, and reads what it is to know. */
  #loadsUntilMs = 0
  readonly #ids = new Map<string, TransactionalId>()

  constructor(cluster: FakeCluster, isVersion2: boolean) {
    this.#cluster = cluster
    this.isVersion2 = isVersion2
    this.coordinator = cluster.brokers[0]!.id
    cluster.transactional = (batch, partition) => this.#admit(batch, partition)
    for (const broker of cluster.brokers) {
      if (isVersion2) broker.features.set('transaction.version', 2)
      const here = <T extends { errorCode: number }>(answer: () => T) => {
        if (this.coordinator !== broker.id) return { errorCode: ErrorCode.NOT_COORDINATOR }
        const isLoading = cluster.runtime.monotonic() < this.#loadsUntilMs
        return isLoading ? { errorCode: ErrorCode.COORDINATOR_LOAD_IN_PROGRESS } : answer()
      }
      broker
        .on(findCoordinatorRequest, findCoordinatorResponse, () => this.#find())
        .on(initProducerIdRequest, initProducerIdResponse, ({ transactionalId, producerEpoch }) =>
          transactionalId === null
            ? { producerId: cluster.newProducerId(), producerEpoch: 0 }
            : here(() => this.#initialize(transactionalId, producerEpoch)),
        )
        .on(addPartitionsToTxnRequest, addPartitionsToTxnResponse, (body) => {
          const { errorCode } = here(() => this.#addPartitions(body))
          return {
            resultsByTopicV3AndBelow: body.v3AndBelowTopics.map(({ name, partitions }) => ({
              name,
              resultsByPartition: partitions.map((partitionIndex) => ({
                partitionIndex,
                partitionErrorCode: errorCode,
              })),
            })),
          }
        })
        .on(addOffsetsToTxnRequest, addOffsetsToTxnResponse, (body) =>
          here(() => ({ errorCode: this.#begin(body.transactionalId, body.producerEpoch) })),
        )
        .on(txnOffsetCommitRequest, txnOffsetCommitResponse, (body) => {
          const { errorCode } = here(() => ({ errorCode: this.#begin(body.transactionalId, body.producerEpoch) }))
          const [topic] = body.topics
          if (errorCode === 0)
            this.#ids.get(body.transactionalId)!.pendingOffset = topic!.partitions[0]!.committedOffset
          return { topics: [{ name: topic!.name, partitions: [{ partitionIndex: 0, errorCode }] }] }
        })
        .on(endTxnRequest, endTxnResponse, ({ transactionalId, producerEpoch, committed }) =>
          here(() => this.#end(transactionalId, producerEpoch, committed ? 'committed' : 'aborted')),
        )
    }
  }

  /** To any broker; there it loads for a while. */
  move(): void {
    const { runtime, brokers } = this.#cluster
    const { chance } = runtime
    this.coordinator = brokers[chance.integer(brokers.length)]!.id
    this.#loadsUntilMs = runtime.monotonic() + (chance.happens(0.5) ? chance.next() * 2_000 : 0)
  }

  #find() {
    const { id, address } = this.#cluster.brokers.find((broker) => broker.id === this.coordinator)!
    const found = { nodeId: id, host: address.host, port: address.port }
    return { ...found, coordinators: [{ key: '', ...found }] }
  }

  #initialize(transactionalId: string, epoch: number) {
    const known = this.#ids.get(transactionalId)
    if (known === undefined) {
      const producerId = this.#cluster.newProducerId()
      const fresh = { producerId, epoch: 0, current: undefined, lastOutcome: undefined, pendingOffset: undefined }
      this.#ids.set(transactionalId, { ...fresh, partitions: new Set(), raisedFrom: undefined, completingUntilMs: 0 })
      return { errorCode: 0, producerId, producerEpoch: 0 }
    }
    this.hasNewcomer ||= epoch < 0
    // The epoch was raised already, and the answer was lost (KIP-360).
    if (epoch >= 0 && epoch === known.raisedFrom)
      return { errorCode: 0, producerId: known.producerId, producerEpoch: known.epoch }
    if (epoch >= 0 && epoch < known.epoch) return { errorCode: ErrorCode.PRODUCER_FENCED }
    if (this.#isCompleting(known)) return { errorCode: ErrorCode.CONCURRENT_TRANSACTIONS }
    // Who begins anew shuts out who was there before; who goes on may ask again.
    known.raisedFrom = epoch < 0 ? undefined : known.epoch
    known.epoch++
    this.#settle(known, 'aborted')
    known.lastOutcome = undefined
    return { errorCode: 0, producerId: known.producerId, producerEpoch: known.epoch }
  }

  #addPartitions(body: {
    v3AndBelowTransactionalId: string
    v3AndBelowProducerEpoch: number
    v3AndBelowTopics: any[]
  }) {
    const errorCode = this.#begin(body.v3AndBelowTransactionalId, body.v3AndBelowProducerEpoch)
    if (errorCode !== 0) return { errorCode }
    const state = this.#ids.get(body.v3AndBelowTransactionalId)!
    for (const { name, partitions } of body.v3AndBelowTopics)
      for (const index of partitions) state.partitions.add(this.#cluster.topics.get(name)!.partitions[index]!)
    return { errorCode: 0 }
  }

  #begin(transactionalId: string, epoch: number): number {
    const state = this.#ids.get(transactionalId)
    if (state === undefined) return ErrorCode.INVALID_PRODUCER_ID_MAPPING
    if (epoch !== state.epoch) return ErrorCode.PRODUCER_FENCED
    if (this.#isCompleting(state)) return ErrorCode.CONCURRENT_TRANSACTIONS
    state.current ??= { outcome: 'open' }
    return 0
  }

  #admit(batch: PackedBatch, partition: FakePartition): FakeTransaction | number {
    const [transactionalId, state] = [...this.#ids].find(([, each]) => each.producerId === batch.producerId)!
    if (batch.producerEpoch !== state.epoch) return ErrorCode.INVALID_PRODUCER_EPOCH
    if (this.isVersion2) {
      const errorCode = this.#begin(transactionalId, batch.producerEpoch)
      if (errorCode !== 0) return errorCode
      state.partitions.add(partition)
    }
    if (state.current === undefined || !state.partitions.has(partition)) return ErrorCode.INVALID_TXN_STATE
    return state.current
  }

  #end(transactionalId: string, epoch: number, outcome: 'committed' | 'aborted') {
    const state = this.#ids.get(transactionalId)!
    const { producerId } = state
    const isRepeated = state.current === undefined && state.lastOutcome === outcome
    if (isRepeated && epoch === state.epoch - (this.isVersion2 ? 1 : 0))
      return { errorCode: 0, producerId, producerEpoch: state.epoch }
    if (epoch !== state.epoch) return { errorCode: ErrorCode.PRODUCER_FENCED }
    if (state.current === undefined && (outcome === 'committed' || !this.isVersion2))
      return { errorCode: ErrorCode.INVALID_TXN_STATE }
    if (this.isVersion2) state.raisedFrom = state.epoch++
    this.#settle(state, outcome)
    state.lastOutcome = outcome
    return { errorCode: 0, producerId, producerEpoch: state.epoch }
  }

  #settle(state: TransactionalId, outcome: 'committed' | 'aborted'): void {
    if (state.current !== undefined) state.current.outcome = outcome
    state.current = undefined
    for (const { log } of state.partitions) log.endTransaction(state.producerId, state.epoch)
    state.partitions.clear()
    if (outcome === 'committed' && state.pendingOffset !== undefined) this.committedOffset = state.pendingOffset
    state.pendingOffset = undefined
    const { runtime } = this.#cluster
    state.completingUntilMs = runtime.monotonic() + runtime.chance.integer(60)
  }

  #isCompleting(state: TransactionalId): boolean {
    return this.#cluster.runtime.monotonic() < state.completingUntilMs
  }
}
