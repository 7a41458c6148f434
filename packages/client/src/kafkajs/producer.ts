import type { Cluster } from '../connection/cluster.ts'
import { Dispatcher } from '../producer/dispatcher.ts'
import { newIdentity } from '../producer/producer-identity.ts'
import { type ProducerSettings, producerSettings } from '../producer/producer-options.ts'
import { Transactions } from '../producer/transaction/transactions.ts'
import type { CommittedElsewhere } from './committed-elsewhere.ts'
import { assignedCodec, compressionType } from './compression.ts'
import type { ConnectedCluster } from './connected-cluster.ts'
import type { CompressionTypes } from './enums.ts'
import { KafkaJSNonRetriableError } from './errors.ts'
import type { Instrumentation } from './instrumentation.ts'
import { type ConnectionStatus, checkMessages, checkStatus } from './message-check.ts'
import { Partitioners } from './partitioner.ts'
import { patienceMs } from './retrier.ts'
import { type Partition, recordsOf, undelivered } from './sending.ts'
import { SentPartitions } from './sent-partitions.ts'
import { ProducerTransaction } from './transaction.ts'
import type { Logger } from './types/logging.ts'
import type {
  Producer,
  ProducerBatch,
  ProducerConfig,
  ProducerEvents,
  RecordMetadata,
  Transaction,
} from './types/producer.ts'

export const producerEvents: ProducerEvents = {
  CONNECT: 'producer.connect',
  DISCONNECT: 'producer.disconnect',
  REQUEST: 'producer.network.request',
  REQUEST_TIMEOUT: 'producer.network.request_timeout',
  REQUEST_QUEUE_SIZE: 'producer.network.request_queue_size',
}

export interface ProducerParts {
  readonly cluster: ConnectedCluster
  readonly config: ProducerConfig
  readonly requestTimeoutMs: number
  readonly committed: CommittedElsewhere
  readonly logger: Logger
  readonly instrumentation: Instrumentation<ProducerEvents>
}

/** What lives from one connection to the next. */
interface Session {
  readonly cluster: Cluster
  /** By acks and codec, which kafkajs lets each `send` choose. */
  readonly dispatchers: Map<string, Dispatcher>
  transactions: Transactions | undefined
}

/** Sends messages: kafkajs without, this client's producer within. */
export class KafkaProducer {
  readonly #parts: ProducerParts
  readonly #partition: Partition
  #status: ConnectionStatus = 'disconnected'
  #session: Session | undefined
  #transaction: ProducerTransaction | undefined
  #isBeginning = false

  constructor(parts: ProducerParts) {
    const { idempotent, retry, createPartitioner = Partitioners.DefaultPartitioner } = parts.config
    if (idempotent === true && retry?.retries !== undefined && retry.retries < 1)
      throw new KafkaJSNonRetriableError('Idempotent producer must allow retries to protect against transient errors')
    this.#parts = parts
    this.#partition = createPartitioner()
  }

  /** Its functions may be taken from it and called alone, as those of kafkajs. */
  api(): Producer {
    const { logger, instrumentation, config } = this.#parts
    return {
      connect: () => this.#connect(),
      disconnect: () => this.#disconnect(),
      isIdempotent: () => config.idempotent ?? false,
      events: producerEvents,
      on: instrumentation.on as Producer['on'],
      send: async ({ topic, messages, ...options }) => this.#send({ ...options, topicMessages: [{ topic, messages }] }),
      sendBatch: async (batch) => this.#send(batch),
      transaction: () => this.#begin(),
      logger: () => logger,
    }
  }

  async #connect(): Promise<void> {
    const { cluster, instrumentation } = this.#parts
    await cluster.connect()
    this.#status = 'connected'
    instrumentation.emit('producer.connect')
  }

  /** What was sent is still delivered; a transaction that is open is not. */
  async #disconnect(): Promise<void> {
    const { cluster, instrumentation } = this.#parts
    this.#status = 'disconnecting'
    const { dispatchers } = this.#session ?? {}
    await Promise.all([...(dispatchers?.values() ?? [])].map((dispatcher) => dispatcher.flush()))
    for (const dispatcher of dispatchers?.values() ?? []) dispatcher.close()
    this.#session = undefined
    this.#transaction = undefined
    cluster.disconnect()
    this.#status = 'disconnected'
    instrumentation.emit('producer.disconnect')
  }

  async #send({ acks = -1, compression, topicMessages = [] }: ProducerBatch): Promise<RecordMetadata[]> {
    const { cluster, config } = this.#parts
    checkMessages(topicMessages, acks, config.idempotent === true)
    checkStatus(this.#status)
    const session = await this.#connected()
    const records = await recordsOf(session.cluster, cluster.retry, this.#partition, topicMessages)
    if (records.length === 0) return []
    const dispatcher = this.#dispatcher(session, acks, compression)
    const sent = await new Promise<RecordMetadata[]>((resolve, reject) => {
      const failed = (error: Parameters<typeof undelivered>[0]) =>
        reject(this.#failure(undelivered(error, cluster.retry)))
      const delivery = new SentPartitions(records.length, resolve, failed)
      for (let i = 0; i < records.length; i++) dispatcher.add(records[i]!, delivery, i)
    })
    return acks === 0 ? [] : sent
  }

  async #begin(): Promise<Transaction> {
    const { config, cluster } = this.#parts
    if (!config.transactionalId)
      throw new KafkaJSNonRetriableError('Must provide transactional id for transactional producer')
    if (this.#isBeginning || this.#transaction?.isActive === true)
      throw new KafkaJSNonRetriableError(
        'There is already an ongoing transaction for this producer. Please end the transaction before beginning another.',
      )
    this.#isBeginning = true
    try {
      const session = await this.#connected()
      session.transactions ??= new Transactions({
        cluster: session.cluster,
        settings: this.#settings(-1, undefined),
        transactionalId: config.transactionalId,
        transactionTimeoutMs: config.transactionTimeout ?? 60_000,
      })
      const { transactions } = session
      const parts = {
        transactions,
        cluster: session.cluster,
        retry: cluster.retry,
        partition: this.#partition,
        committed: this.#parts.committed,
      }
      this.#transaction = await ProducerTransaction.begin(parts)
      return this.#transaction.api()
    } finally {
      this.#isBeginning = false
    }
  }

  /** A cluster that was lost meanwhile is connected to anew. */
  async #connected(): Promise<Session> {
    const cluster = await this.#parts.cluster.current()
    if (this.#session?.cluster !== cluster) this.#session = { cluster, dispatchers: new Map(), transactions: undefined }
    return this.#session
  }

  #dispatcher({ cluster, dispatchers }: Session, acks: number, compression: CompressionTypes | undefined): Dispatcher {
    const isForeign = assignedCodec(compressionType(compression)) !== undefined
    const key = `${acks} ${compression ?? 0} ${isForeign}`
    let dispatcher = dispatchers.get(key)
    if (dispatcher === undefined) {
      const settings = this.#settings(acks, compression)
      dispatcher = new Dispatcher({
        cluster,
        settings,
        identify: () => newIdentity(cluster, settings.deliveryTimeoutMs),
      })
      dispatchers.set(key, dispatcher)
    }
    return dispatcher
  }

  #settings(acks: number, compression: CompressionTypes | undefined): ProducerSettings {
    const { config, cluster, requestTimeoutMs } = this.#parts
    const patience = patienceMs(cluster.retry)
    const inFlight = config.maxInFlightRequests
    const type = compressionType(compression)
    const settings = producerSettings({
      acks: acks === -1 ? 'all' : (acks as 0 | 1),
      // Unless it is ruled out: retries then write nothing twice. It costs nothing with brokers from 2.8 on.
      idempotent: acks === -1 && config.idempotent !== false,
      compression: type,
      deliveryTimeoutMs: patience + requestTimeoutMs,
      topicTimeoutMs: patience,
      ...(inFlight != null && { maxInFlight: acks === -1 ? Math.min(inFlight, 5) : inFlight }),
    })
    return { ...settings, unreachableTimeoutMs: patience, foreignCodec: assignedCodec(type) }
  }

  #failure(error: Error): Error {
    this.#parts.logger.error(error.message)
    return error
  }
}
