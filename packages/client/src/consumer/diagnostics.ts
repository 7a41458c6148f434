import { channel, tracingChannel } from 'node:diagnostics_channel'
import type { OffsetToCommit } from './commit/committer.ts'
import type { ConsumerRecord } from './consumer-record.ts'
import type { ConsumerBatch } from './deliver/consumer-batch.ts'
import type { RunByBatch, RunByRecord } from './deliver/run-options.ts'
import type { TopicPartition } from './topic-partition.ts'

/*
 * What tools may listen to, by `node:diagnostics_channel`. It costs nothing while nobody does.
 *   ottla:consumer:process     tracing: a handler at work.      ProcessMessage
 *   ottla:consumer:commit      tracing: a commit.               CommitMessage
 *   ottla:consumer:rebalance   partitions that come and go.     RebalanceMessage
 */

export interface ProcessMessage {
  readonly groupId: string | undefined
  readonly record?: ConsumerRecord<any, any>
  readonly batch?: ConsumerBatch<any, any>
}

export interface CommitMessage {
  readonly groupId: string
  readonly offsets: readonly OffsetToCommit[]
}

export interface RebalanceMessage {
  readonly groupId: string | undefined
  readonly event: 'assigned' | 'revoked' | 'lost'
  readonly partitions: readonly TopicPartition[]
}

const processing = tracingChannel<string, ProcessMessage>('ottla:consumer:process')
const committing = tracingChannel<string, CommitMessage>('ottla:consumer:commit')
const rebalances = channel('ottla:consumer:rebalance')

/** The handler, with its work traced while somebody listens. */
export function tracedByRecord<K, V>(options: RunByRecord<K, V>, groupId: string | undefined): RunByRecord<K, V> {
  const { eachRecord } = options
  return {
    ...options,
    eachRecord: (record, context) =>
      isHeard(processing)
        ? processing.tracePromise(async () => eachRecord(record, context), { groupId, record })
        : eachRecord(record, context),
  }
}

export function tracedByBatch<K, V>(options: RunByBatch<K, V>, groupId: string | undefined): RunByBatch<K, V> {
  const { eachBatch } = options
  return {
    ...options,
    eachBatch: (batch, context) =>
      isHeard(processing)
        ? processing.tracePromise(async () => eachBatch(batch, context), { groupId, batch })
        : eachBatch(batch, context),
  }
}

export const tracedCommit = (message: CommitMessage, commit: () => Promise<void>): Promise<void> =>
  isHeard(committing) ? committing.tracePromise(commit, message) : commit()

export function rebalanced(message: RebalanceMessage): void {
  if (rebalances.hasSubscribers) rebalances.publish(message)
}

// The types of Node 20 lack the property that it has.
const isHeard = (traced: object): boolean => (traced as { readonly hasSubscribers: boolean }).hasSubscribers
