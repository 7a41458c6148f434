import { nodeRuntime, type Runtime, silentLog } from '@ottla/runtime'
import { adminEvents, createAdmin } from './admin/admin.ts'
import type { ClusterConfig } from './cluster-options.ts'
import { CommittedElsewhere } from './committed-elsewhere.ts'
import { ConnectedCluster } from './connected-cluster.ts'
import { consumerEvents, KafkaConsumer } from './consumer.ts'
import { logLevel } from './enums.ts'
import { Instrumentation } from './instrumentation.ts'
import { consoleLog, createLogger } from './logger.ts'
import { KafkaProducer, producerEvents } from './producer.ts'
import type { Admin, AdminConfig } from './types/admin.ts'
import type { Consumer, ConsumerConfig } from './types/consumer.ts'
import type { KafkaConfig } from './types/kafka.ts'
import type { Logger } from './types/logging.ts'
import type { Producer, ProducerConfig } from './types/producer.ts'

const defaultMetadataMaxAgeMs = 300_000
let hasWarnedOfPartitioner = false

/** kafkajs' entry, over this client: each producer, consumer and admin has connections of its own. */
export class Kafka {
  private readonly config: KafkaConfig
  private readonly runtime: Runtime
  private readonly rootLogger: Logger
  private readonly committed = new CommittedElsewhere()

  constructor(config: KafkaConfig) {
    const { logLevel: level = logLevel.INFO, logCreator: creator = consoleLog } = config
    this.config = config
    this.runtime = nodeRuntime(silentLog, { timersHoldProcess: true })
    this.rootLogger = createLogger({ level, creator, runtime: this.runtime })
  }

  producer(config: ProducerConfig = {}): Producer {
    const { metadataMaxAge = defaultMetadataMaxAgeMs, allowAutoTopicCreation, retry } = config
    if (config.createPartitioner == null) this.warnOfPartitioner()
    const parts = this.parts('Producer', 'producer', producerEvents, { metadataMaxAge, allowAutoTopicCreation, retry })
    const { requestTimeout: requestTimeoutMs = 30_000 } = this.config
    return new KafkaProducer({ ...parts, config, requestTimeoutMs, committed: this.committed }).api()
  }

  consumer(config: ConsumerConfig): Consumer {
    const { metadataMaxAge = defaultMetadataMaxAgeMs, allowAutoTopicCreation, retry } = config ?? {}
    const parts = this.parts('Consumer', 'consumer', consumerEvents, { metadataMaxAge, allowAutoTopicCreation, retry })
    return new KafkaConsumer({
      ...parts,
      config: config ?? {},
      rootLogger: this.rootLogger,
      committed: this.committed,
    }).api()
  }

  admin({ retry }: AdminConfig = {}): Admin {
    // To ask for a topic must not create it.
    return createAdmin(this.parts('Admin', 'admin', adminEvents, { retry, allowAutoTopicCreation: false }))
  }

  logger(): Logger {
    return this.rootLogger
  }

  private parts<E extends Readonly<Record<string, string>>>(
    namespace: string,
    client: string,
    events: E,
    config: ClusterConfig,
  ) {
    const { runtime } = this
    const logger = this.rootLogger.namespace(namespace)
    const instrumentation = new Instrumentation<E>({ client, events, logger, runtime })
    const watch = instrumentation.watch(this.config.clientId ?? 'kafkajs')
    const cluster = new ConnectedCluster({ kafka: this.config, config, runtime, logger: this.rootLogger, watch })
    return { cluster, logger, instrumentation }
  }

  /** Whoever comes from kafkajs 1 has keys that would go elsewhere; kafkajs 2 says so, once. */
  private warnOfPartitioner(): void {
    if (hasWarnedOfPartitioner || process.env.KAFKAJS_NO_PARTITIONER_WARNING != null) return
    hasWarnedOfPartitioner = true
    this.rootLogger.warn(
      'Keys go to partitions as with the Java client, which is not where kafkajs before version 2 put them. To keep those places, create the producer with createPartitioner: Partitioners.LegacyPartitioner. KAFKAJS_NO_PARTITIONER_WARNING=1 silences this.',
    )
  }
}
