import type { Runtime } from '@ottla/runtime'
import type { ClientOptions } from '../connection/client-options.ts'
import { KafkaJSConnectionError, KafkaJSNonRetriableError } from './errors.ts'
import { saslOptions } from './sasl.ts'
import { configuredNetwork } from './socket-network.ts'
import type { KafkaConfig, RetryOptions } from './types/kafka.ts'
import type { Logger } from './types/logging.ts'

/** What producers, consumers and admins say of their cluster. */
export interface ClusterConfig {
  readonly metadataMaxAge?: number | undefined
  readonly allowAutoTopicCreation?: boolean | undefined
  readonly retry?: RetryOptions | undefined
}

/** Without enforcement a request may take for ever, which is some weeks. */
const unlimitedMs = 2 ** 31 - 1
const loginMs = 10_000

/** The configuration of kafkajs in this client's terms. */
export function clusterOptions(
  config: KafkaConfig,
  { metadataMaxAge, allowAutoTopicCreation, retry }: ClusterConfig,
  { runtime, logger }: { readonly runtime: Runtime; readonly logger: Logger },
): ClientOptions {
  const { ssl, sasl, clientId = 'kafkajs', connectionTimeout = 1_000, authenticationTimeout = loginMs } = config
  const { enforceRequestTimeout = true, requestTimeout = 30_000 } = config
  const { initialRetryTime, maxRetryTime } = { ...config.retry, ...retry }
  return {
    bootstrap: () => bootstrapServers(config.brokers),
    clientId,
    tls: typeof ssl === 'object' ? { node: ssl } : ssl === true,
    ...(sasl !== undefined && { sasl: saslOptions(sasl, logger) }),
    requestTimeoutMs: enforceRequestTimeout ? requestTimeout : unlimitedMs,
    // The network knows `connectionTimeout`; TLS is part of it, logging in is not.
    connectTimeoutMs: connectionTimeout + authenticationTimeout,
    ...(initialRetryTime !== undefined && { retryBackoffMs: initialRetryTime }),
    ...(maxRetryTime !== undefined && { retryBackoffMaxMs: maxRetryTime }),
    ...(metadataMaxAge !== undefined && { metadataMaxAgeMs: metadataMaxAge }),
    ...(allowAutoTopicCreation !== undefined && { allowAutoTopicCreation }),
    runtime: { ...runtime, network: configuredNetwork(runtime, config) },
  }
}

async function bootstrapServers(brokers: KafkaConfig['brokers']): Promise<string[]> {
  const list = typeof brokers === 'function' ? await foundBrokers(brokers) : brokers
  if (!list) throw new KafkaJSNonRetriableError('Failed to connect: brokers should not be null')
  if (list.length === 0) throw new KafkaJSNonRetriableError('Failed to connect: brokers array is empty')
  const wrong = list.findIndex((broker) => typeof broker !== 'string' || broker === '')
  if (wrong >= 0)
    throw new KafkaJSNonRetriableError(`Failed to connect: broker at index ${wrong} is invalid "${typeof list[wrong]}"`)
  return list
}

async function foundBrokers(find: () => string[] | Promise<string[]>): Promise<string[]> {
  try {
    return await find()
  } catch (error) {
    throw new KafkaJSConnectionError(`Failed to connect: "config.brokers" threw: ${(error as Error).message}`)
  }
}
