import { type Log, nodeRuntime, type Runtime, silentLog, type TlsConnectOptions } from '@ottla/runtime'
import { OttlaError } from '../ottla-error.ts'
import { hookedLog, type LogHook } from './log-hook.ts'
import type { SaslOptions } from './sasl/mechanism.ts'

/** `HOST:PORT`, several of them in a list or separated by commas. */
export type BootstrapServers = string | readonly string[]

/** How a client finds its cluster, logs in, and behaves on the wire. Everything but `bootstrap` has a default. */
export interface ClientOptions {
  /** Some of the cluster's brokers, or a function that finds them; it is asked again whenever none can be reached. */
  readonly bootstrap: BootstrapServers | (() => BootstrapServers | Promise<BootstrapServers>)
  /** What the brokers call this client in logs, metrics and quotas. */
  readonly clientId?: string
  /** TLS: `true` trusts the authorities that come with Node. The server's name is sent (SNI) and checked. */
  readonly tls?: boolean | TlsConnectOptions
  /** How to log in, where the brokers ask for it. */
  readonly sasl?: SaslOptions
  /** How long a broker may take to answer one request. 30,000 by default. */
  readonly requestTimeoutMs?: number
  /** How long connecting may take, TLS and authentication included. 10,000 by default. */
  readonly connectTimeoutMs?: number
  /** Pause before the first retry; it doubles with each further one, and varies by a fifth. */
  readonly retryBackoffMs?: number
  /** The longest such pause; 1,000 by default. */
  readonly retryBackoffMaxMs?: number
  /** After so long, leaders are asked for again though nothing has failed. */
  readonly metadataMaxAgeMs?: number
  /** Topics that are missing may be created by the broker, if it is set up so. */
  readonly allowAutoTopicCreation?: boolean
  /** Metrics are pushed to a cluster that asks its clients for them (KIP-714). True by default. */
  readonly enableMetricsPush?: boolean
  /** The largest answer that is taken from a broker. */
  readonly maxResponseBytes?: number
  /** Is called for what is worth a look: connections, retries, rebalances, throttling. Without it, the client is silent. */
  readonly log?: LogHook
  /** Clock, chance and network; another than Node's in simulations. */
  readonly runtime?: Runtime
}

export interface ConnectionSettings extends Required<Omit<ClientOptions, 'tls' | 'sasl' | 'log'>> {
  readonly sasl: SaslOptions | undefined
  readonly tls: TlsConnectOptions | undefined
  readonly log: Log
}

export function connectionSettings(options: ClientOptions): ConnectionSettings {
  const { tls = false, bootstrap } = options
  if (bootstrap === undefined)
    throw new OttlaError('INVALID_ARGUMENT', {
      message: "the option bootstrap is missing, as in bootstrap: 'localhost:9092'",
    })
  const { runtime = nodeRuntime(silentLog, { timersHoldProcess: true }) } = options
  return {
    clientId: 'ottla',
    requestTimeoutMs: 30_000,
    connectTimeoutMs: 10_000,
    retryBackoffMs: 100,
    retryBackoffMaxMs: 1_000,
    metadataMaxAgeMs: 300_000,
    allowAutoTopicCreation: true,
    enableMetricsPush: true,
    maxResponseBytes: 256 * 1024 * 1024,
    ...definedOnly(options),
    runtime,
    log: options.log === undefined ? runtime.log : hookedLog(options.log),
    bootstrap,
    sasl: options.sasl,
    tls: tls === true ? {} : tls === false ? undefined : tls,
  }
}

const definedOnly = <T extends object>(options: T): T =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T
