import type { ClientMetrics } from '../client-metrics.ts'
import type { ConnectionMetrics } from '../connection/connection-metrics.ts'
import type { Timed, Timing, Timings } from '../connection/timings.ts'
import type { ConsumerMetrics } from '../consumer/consumer-metrics.ts'
import type { ShareConsumerMetrics } from '../consumer/share/share-metrics.ts'
import type { ProducerMetrics } from '../producer/producer-metrics.ts'
import type { TimedOwner } from './timing-sources.ts'

type Numbers = Readonly<Record<string, number>>

/** What is told of producers, or of one group. */
export interface StandardMetrics {
  readonly groupId: string | undefined
  /** They only grow: they are told as `….total` and `….rate`. */
  readonly counts: Numbers
  /** The same, of which a rate says nothing. */
  readonly sums: Numbers
  /** They are told as they are. */
  readonly states: Numbers
  /** What part of the whole it has been since the last report; both only grow. */
  readonly shares: Readonly<Record<string, { readonly part: number; readonly whole: number }>>
  /** Since the last report: they are told as `….avg` and `….max`, if there are any. */
  readonly timings: readonly NamedTiming[]
}

interface NamedTiming {
  readonly name: string
  readonly timing: Timing
  readonly attributes?: Readonly<Record<string, string>>
}

type TimingsOf = (owner: TimedOwner) => Timings

/** What the client counts and times, under the names that KIP-714 makes of those of Kafka's own clients. */
export function standardMetrics(metrics: ClientMetrics, timingsOf: TimingsOf): StandardMetrics[] {
  const { connections, producers, consumers, shareConsumers } = metrics
  return [
    ...(producers === undefined ? [] : [ofProducers(producers, connections, timingsOf)]),
    ...consumers.map((each) => ofConsumers(each, timingsOf)),
    ...shareConsumers.map((each) => ofShareConsumers(each, timingsOf)),
  ]
}

const ofProducers = (
  { recordsDelivered, recordsFailed, batchesSplit }: ProducerMetrics,
  connections: ConnectionMetrics,
  timingsOf: TimingsOf,
): StandardMetrics => ({
  groupId: undefined,
  counts: named('producer.', {
    ...connectionCounts(connections),
    'record.send': recordsDelivered,
    'record.error': recordsFailed,
    'batch.split': batchesSplit,
  }),
  sums: {},
  states: named('producer.', { 'connection.count': connections.open }),
  shares: {},
  timings: timed('producer.', timingsOf({ kind: 'producer', groupId: undefined }), {
    'request.latency': 'produce',
    'produce.throttle.time': 'produceThrottle',
    'record.queue.time': 'recordQueue',
  }),
})

const ofConsumers = (each: ConsumerMetrics, timingsOf: TimingsOf): StandardMetrics => ({
  groupId: each.groupId,
  counts: named('consumer.', {
    ...connectionCounts(each.connections),
    'fetch.manager.fetch': each.fetchRequests,
    'fetch.manager.bytes.consumed': each.fetchedBytes,
    'fetch.manager.records.consumed': each.fetchedRecords,
    'coordinator.commit': each.commits,
  }),
  sums: named('consumer.', {
    'coordinator.rebalance': each.rebalances,
    'coordinator.rebalance.latency': each.rebalanceMs,
  }),
  states: named('consumer.', {
    'connection.count': each.connections.open,
    'coordinator.assigned.partitions': each.assignedPartitions,
    ...(each.sincePollMs !== undefined && { 'last.poll.seconds.ago': Math.floor(each.sincePollMs / 1000) }),
  }),
  shares: named('consumer.', { 'poll.idle.ratio.avg': { part: each.waitedMs, whole: each.openMs } }),
  timings: timed('consumer.', timingsOf({ kind: 'consumer', groupId: each.groupId }), {
    ...fetchTimings,
    'coordinator.commit.latency': 'commit',
    'coordinator.rebalance.latency': 'rebalance',
  }),
})

const ofShareConsumers = (each: ShareConsumerMetrics, timingsOf: TimingsOf): StandardMetrics => ({
  groupId: each.groupId,
  counts: named('consumer.share.', {
    ...connectionCounts(each.connections),
    'fetch.manager.fetch': each.fetchRequests,
    'fetch.manager.records.fetched': each.recordsAcquired,
    'fetch.manager.acknowledgements.send': each.accepted + each.released + each.rejected,
    'fetch.manager.acknowledgements.error': each.decisionsRefused,
  }),
  sums: {},
  states: named('consumer.share.', { 'connection.count': each.connections.open }),
  shares: {},
  timings: timed('consumer.share.', timingsOf({ kind: 'share', groupId: each.groupId }), fetchTimings),
})

const connectionCounts = ({ opened, requests, bytesSent, bytesReceived }: ConnectionMetrics) => ({
  'connection.creation': opened,
  request: requests,
  'outgoing.byte': bytesSent,
  'incoming.byte': bytesReceived,
})

const fetchTimings = {
  'fetch.manager.fetch.latency': 'fetch',
  'fetch.manager.fetch.throttle.time': 'fetchThrottle',
} as const

const prefix = 'org.apache.kafka.'

const named = <T>(of: string, values: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [prefix + of + name, value]))

/** And those of each broker, whose attribute is the tag that Kafka's own clients give it. */
function timed(of: string, timings: Timings, names: Readonly<Record<string, Timed>>): NamedTiming[] {
  const known = Object.entries(names).flatMap(([name, what]) => {
    const timing = timings.get(what)
    return timing === undefined ? [] : [{ name: prefix + of + name, timing }]
  })
  const nodes = timings.brokers().map((id) => ({
    name: `${prefix}${of}node.request.latency`,
    timing: timings.get(id)!,
    attributes: { node_id: `node-${id}` },
  }))
  return [...known, ...nodes]
}
