import {
  type Attributes,
  type BatchObservableResult,
  type Meter,
  type MeterProvider,
  metrics,
} from '@opentelemetry/api'
import type { Client, ClientMetrics } from '@ottla/client'
import { known, names } from './attributes.ts'
import { scope } from './tracer.ts'

/** Where metrics go. */
export interface ObserveOptions {
  /** Instead of the global one. */
  readonly meterProvider?: MeterProvider
}

interface Instrument {
  readonly name: string
  readonly description: string
  readonly unit: string
  /** It only grows. Without it, it says how things stand. */
  readonly counts?: true
  /** Its values, each with what it is of. */
  readonly values: (metrics: ClientMetrics) => readonly (readonly [value: number | undefined, of?: Attributes])[]
}

const group = ({ groupId }: { readonly groupId: string | undefined }): Attributes => known({ [names.group]: groupId })
const connectionsOf = (all: ClientMetrics) =>
  [all, ...all.consumers, ...all.shareConsumers].map((each) => each.connections)
const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0)

/** The first two have the names of OpenTelemetry's conventions; for the others there are none. */
const instruments: readonly Instrument[] = [
  {
    name: 'messaging.client.sent.messages',
    description: 'Records that producers have delivered or failed to deliver',
    unit: '{message}',
    counts: true,
    values: ({ producers }) => [
      [producers?.recordsDelivered],
      [producers?.recordsFailed || undefined, { [names.errorType]: '_OTHER' }],
    ],
  },
  {
    name: 'messaging.client.consumed.messages',
    description: 'Records that consumers have fetched',
    unit: '{message}',
    counts: true,
    values: ({ consumers, shareConsumers }) => [
      ...consumers.map((each) => [each.fetchedRecords, group(each)] as const),
      ...shareConsumers.map((each) => [each.recordsAcquired, group(each)] as const),
    ],
  },
  {
    name: 'ottla.producer.buffered',
    description: 'Bytes of records that are not delivered yet',
    unit: 'By',
    values: ({ producers }) => [[producers?.bufferedBytes]],
  },
  {
    name: 'ottla.producer.batches.retried',
    description: 'Batches that were sent again',
    unit: '{batch}',
    counts: true,
    values: ({ producers }) => [[producers?.batchesRetried]],
  },
  {
    name: 'ottla.consumer.lag',
    description: 'Records that the consumers of this client have not read yet',
    unit: '{message}',
    values: ({ consumers }) => consumers.map((each) => [each.lag, group(each)]),
  },
  {
    name: 'ottla.consumer.buffered',
    description: 'Bytes that were fetched and not handed out yet',
    unit: 'By',
    values: ({ consumers }) => consumers.map((each) => [each.bufferedBytes, group(each)]),
  },
  {
    name: 'ottla.consumer.partitions',
    description: 'Partitions that are assigned now',
    unit: '{partition}',
    values: ({ consumers, shareConsumers }) =>
      [...consumers, ...shareConsumers].map((each) => [each.assignedPartitions, group(each)]),
  },
  {
    name: 'ottla.consumer.partitions.moved',
    description: 'Partitions that came, were given up, and were lost to others',
    unit: '{partition}',
    counts: true,
    values: ({ consumers }) =>
      consumers.flatMap((each) => [
        [each.partitionsAssigned, { ...group(each), event: 'assigned' }],
        [each.partitionsRevoked, { ...group(each), event: 'revoked' }],
        [each.partitionsLost, { ...group(each), event: 'lost' }],
      ]),
  },
  {
    name: 'ottla.consumer.commits',
    description: 'Commits that have worked, and that have not',
    unit: '{commit}',
    counts: true,
    values: ({ consumers }) =>
      consumers.flatMap((each) => [
        [each.commits, { ...group(each), outcome: 'success' }],
        [each.commitFailures, { ...group(each), outcome: 'failure' }],
      ]),
  },
  {
    name: 'ottla.share_consumer.decisions',
    description: 'What members of share groups have decided about records',
    unit: '{message}',
    counts: true,
    values: ({ shareConsumers }) =>
      shareConsumers.flatMap((each) =>
        (['accepted', 'released', 'rejected', 'renewed'] as const).map(
          (decision) => [each[decision], { ...group(each), decision }] as const,
        ),
      ),
  },
  {
    name: 'ottla.client.connections',
    description: 'Connections that are open',
    unit: '{connection}',
    values: (all) => [[sum(connectionsOf(all).map(({ open }) => open))]],
  },
  {
    name: 'ottla.client.connections.ended',
    description: 'Attempts to connect that have failed, and connections that were lost',
    unit: '{connection}',
    counts: true,
    values: (all) => [
      [sum(connectionsOf(all).map(({ failed }) => failed)), { reason: 'failed' }],
      [sum(connectionsOf(all).map(({ lost }) => lost)), { reason: 'lost' }],
    ],
  },
  {
    name: 'ottla.client.requests',
    description: 'Requests to brokers',
    unit: '{request}',
    counts: true,
    values: (all) => [[sum(connectionsOf(all).map(({ requests }) => requests))]],
  },
  {
    name: 'ottla.client.io',
    description: 'Bytes sent and received',
    unit: 'By',
    counts: true,
    values: (all) => [
      [sum(connectionsOf(all).map(({ bytesSent }) => bytesSent)), { direction: 'sent' }],
      [sum(connectionsOf(all).map(({ bytesReceived }) => bytesReceived)), { direction: 'received' }],
    ],
  },
  {
    name: 'ottla.client.retries',
    description: 'Attempts that have failed and were made again',
    unit: '{attempt}',
    counts: true,
    values: (all) => [[sum(connectionsOf(all).map(({ retries }) => retries))]],
  },
  {
    name: 'ottla.client.throttled',
    description: 'How long brokers have held answers back because a quota was exceeded',
    unit: 'ms',
    counts: true,
    values: (all) => [[sum(connectionsOf(all).map(({ throttledMs }) => throttledMs))]],
  },
]

/** Observes `client.metrics()`, each time that metrics are collected; until the result is called. */
export function observeMetrics(
  client: Pick<Client, 'metrics'>,
  { meterProvider = metrics.getMeterProvider() }: ObserveOptions = {},
): () => void {
  const meter = meterProvider.getMeter(scope.name, scope.version)
  const made = instruments.map((instrument) => ({ instrument, observable: observableOf(meter, instrument) }))
  const observe = (result: BatchObservableResult) => {
    const all = client.metrics()
    for (const { instrument, observable } of made)
      for (const [value, of] of instrument.values(all))
        if (value !== undefined) result.observe(observable, value, { [names.client]: all.clientId, ...of })
  }
  const observables = made.map(({ observable }) => observable)
  meter.addBatchObservableCallback(observe, observables)
  return () => meter.removeBatchObservableCallback(observe, observables)
}

function observableOf(meter: Meter, { name, description, unit, counts }: Instrument) {
  return counts === true
    ? meter.createObservableCounter(name, { description, unit })
    : meter.createObservableGauge(name, { description, unit })
}
