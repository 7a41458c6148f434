import type { BrokerSettings } from '@ottla/broker'
import { defaultBrokerSettings } from '@ottla/broker'
import type { Configs } from '@ottla/cluster'
import type { Address } from '@ottla/runtime'
import type { StorageSettings } from '@ottla/storage'

/** Kafka's way to say that there is no limit. */
const orInfinity = (ms: number) => (ms < 0 ? Infinity : ms)

export const storageSettings = (configs: Configs): StorageSettings => ({
  flushPolicy: configs.broker('flush.policy') as StorageSettings['flushPolicy'],
  tailBytes: configs.brokerNumber('log.tail.bytes'),
  checkpointBytes: configs.brokerNumber('log.checkpoint.bytes'),
  retentionCheckIntervalMs: configs.brokerNumber('log.retention.check.interval.ms'),
  producerIdExpirationMs: configs.brokerNumber('producer.id.expiration.ms'),
})

/** Getters for what may be changed while it runs. */
export function brokerSettings(configs: Configs, logDir: string, advertised: Address | undefined): BrokerSettings {
  const queued = configs.brokerNumber('queued.max.request.bytes')
  return {
    ...defaultBrokerSettings,
    advertised,
    logDir,
    socketRequestMaxBytes: configs.brokerNumber('socket.request.max.bytes'),
    ...(queued > 0 ? { queuedMaxRequestBytes: queued } : {}),
    maxRequestItems: configs.brokerNumber('max.request.items'),
    get maxConnections() {
      return configs.brokerNumber('max.connections')
    },
    get maxConnectionsPerIp() {
      return configs.brokerNumber('max.connections.per.ip')
    },
    connectionsMaxIdleMs: orInfinity(configs.brokerNumber('connections.max.idle.ms')),
    stuckConnectionMs: configs.brokerNumber('stuck.connection.ms'),
    maxQueuedResponseBytes: configs.brokerNumber('max.queued.response.bytes'),
    fetchMaxBytes: configs.brokerNumber('fetch.max.bytes'),
    fetchReadMaxBytes: configs.brokerNumber('fetch.read.max.bytes'),
    maxIncrementalFetchSessionCacheSlots: configs.brokerNumber('max.incremental.fetch.session.cache.slots'),
    shutdownGraceMs: configs.brokerNumber('shutdown.grace.ms'),
  }
}
