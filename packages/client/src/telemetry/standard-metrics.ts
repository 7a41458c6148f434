import type { ClientMetrics } from '../client-metrics.ts'
import type { ConnectionMetrics } from '../connection/connection-metrics.ts'

/** Counts only grow: they are told as `….total` and `….rate`. States are told as they are. */
export interface StandardMetrics {
  readonly groupId: string | undefined
  readonly counts: Readonly<Record<string, number>>
  readonly states: Readonly<Record<string, number>>
}

/**
 * What the client counts anyway, under the names that KIP-714 makes of those of Kafka's own clients. What it does not
 * count, as latencies, it does not measure for this.
 */
export function standardMetrics({
  connections,
  producers,
  consumers,
  shareConsumers,
}: ClientMetrics): StandardMetrics[] {
  const all: StandardMetrics[] = []
  if (producers !== undefined)
    all.push({
      groupId: undefined,
      counts: named('org.apache.kafka.producer.', {
        ...connectionCounts(connections),
        'record.send': producers.recordsDelivered,
        'record.error': producers.recordsFailed,
        'batch.split': producers.batchesSplit,
      }),
      states: named('org.apache.kafka.producer.', { 'connection.count': connections.open }),
    })
  for (const each of consumers)
    all.push({
      groupId: each.groupId,
      counts: named('org.apache.kafka.consumer.', {
        ...connectionCounts(each.connections),
        'fetch.manager.fetch': each.fetchRequests,
        'fetch.manager.bytes.consumed': each.fetchedBytes,
        'fetch.manager.records.consumed': each.fetchedRecords,
        'coordinator.commit': each.commits,
      }),
      states: named('org.apache.kafka.consumer.', {
        'connection.count': each.connections.open,
        'coordinator.assigned.partitions': each.assignedPartitions,
      }),
    })
  for (const each of shareConsumers)
    all.push({
      groupId: each.groupId,
      counts: named('org.apache.kafka.consumer.share.', {
        ...connectionCounts(each.connections),
        'fetch.manager.fetch': each.fetchRequests,
        'fetch.manager.records.fetched': each.recordsAcquired,
        'fetch.manager.acknowledgements.send': each.accepted + each.released + each.rejected,
        'fetch.manager.acknowledgements.error': each.decisionsRefused,
      }),
      states: named('org.apache.kafka.consumer.share.', { 'connection.count': each.connections.open }),
    })
  return all
}

const connectionCounts = ({ opened, requests, bytesSent, bytesReceived }: ConnectionMetrics) => ({
  'connection.creation': opened,
  request: requests,
  'outgoing.byte': bytesSent,
  'incoming.byte': bytesReceived,
})

const named = (prefix: string, values: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [prefix + name, value]))
