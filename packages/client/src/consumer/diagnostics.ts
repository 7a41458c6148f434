import { channel, tracingChannel } from 'node:diagnostics_channel'
import type { OffsetToCommit } from './commit/committer.ts'
import type { ConsumerRecord } from './consumer-record.ts'
import type { ConsumerBatch } from './deliver/consumer-batch.ts'
import type { RunByBatch, RunByRecord } from './deliver/run-options.ts'
import type { ShareRunOptions } from './share/share-consumer.ts'
import type { TopicPartition } from './topic-partition.ts'

/*
 * What tools may listen to, by `node:diagnostics_channel`. It costs nothing while nobody does.
 *   ottla:consumer:process     tracing: a handler at work.      ProcessMessage
 *   ottla:consumer:commit      tracing: a commit.               CommitMessage
 *   ottla:consumer:rebalance   partitions that come and go.     RebalanceMessage
 */

/** On the tracing channel `ottla:consumer:process`: a handler at work on a record or a batch. */
export interface ProcessMessage {
  readonly clientId: string
  readonly groupId: string | undefined
  readonly record?: ConsumerRecord<any, any>
  readonly batch?: ConsumerBatch<any, any>
  /** Runs the handler. A listener may put another in its place when it begins, to run it in a context of its own. */
  run: (handler: () => unknown) => unknown
}

/** On the tracing channel `ottla:consumer:commit`: a commit. */
export interface CommitMessage {
  readonly clientId: string
  readonly groupId: string
  readonly offsets: readonly OffsetToCommit[]
}

/** On the channel `ottla:consumer:rebalance`: partitions that come and go. */
export interface RebalanceMessage {
  readonly clientId: string
  readonly groupId: string | undefined
  readonly event: 'assigned' | 'revoked' | 'lost'
  readonly partitions: readonly TopicPartition[]
}

const processing = tracingChannel<string, ProcessMessage>('ottla:consumer:process')
const committing = tracingChannel<string, CommitMessage>('ottla:consumer:commit')
const rebalances = channel('ottla:consumer:rebalance')

/** Whose handlers they are. */
export type HandlerOwner = Pick<ProcessMessage, 'clientId' | 'groupId'>

/** The handler, with its work traced while somebody listens. */
export function tracedByRecord<K, V>(options: RunByRecord<K, V>, owner: HandlerOwner): RunByRecord<K, V> {
  const { eachRecord } = options
  return {
    ...options,
    eachRecord: (record, context) =>
      isHeard(processing)
        ? traced({ ...owner, record }, () => eachRecord(record, context))
        : eachRecord(record, context),
  }
}

export function tracedByBatch<K, V>(options: RunByBatch<K, V>, owner: HandlerOwner): RunByBatch<K, V> {
  const { eachBatch } = options
  return {
    ...options,
    eachBatch: (batch, context) =>
      isHeard(processing) ? traced({ ...owner, batch }, () => eachBatch(batch, context)) : eachBatch(batch, context),
  }
}

export function tracedShare<K, V>(options: ShareRunOptions<K, V>, owner: HandlerOwner): ShareRunOptions<K, V> {
  const { eachRecord } = options
  return {
    ...options,
    eachRecord: (record) =>
      isHeard(processing) ? traced({ ...owner, record }, () => eachRecord(record)) : eachRecord(record),
  }
}

function traced(what: Omit<ProcessMessage, 'run'>, handler: () => unknown): Promise<unknown> {
  const message: ProcessMessage = { ...what, run: (work) => work() }
  return processing.tracePromise(async () => message.run(handler), message)
}

export const tracedCommit = (message: CommitMessage, commit: () => Promise<void>): Promise<void> =>
  isHeard(committing) ? committing.tracePromise(commit, message) : commit()

export function rebalanced(message: RebalanceMessage): void {
  if (rebalances.hasSubscribers) rebalances.publish(message)
}

// The types of Node 20 lack the property that it has.
const isHeard = (traced: object): boolean => (traced as { readonly hasSubscribers: boolean }).hasSubscribers
