import type { ClientOptions } from '../connection/client-options.ts'
import { OttlaError } from '../ottla-error.ts'
import type { Assignor, WireAssignor } from './assignor/assignor.ts'
import { cooperativeStickyAssignor } from './assignor/cooperative-sticky.ts'
import type { TopicPartition } from './topic-partition.ts'

/**
 * Where to begin without a committed offset, and when the offset is no longer in the log: the first record, the next one
 * to be written, the first at a time (`since`, a date or ms since 1970) or of an age (`agoMs`); `none` is an error.
 */
export type AutoOffsetReset =
  | 'earliest'
  | 'latest'
  | 'none'
  | { readonly since: Date | number }
  | { readonly agoMs: number }

/** Whether records of transactions are handed out before they are committed, and those of aborted ones at all. */
export type IsolationLevel = 'read_committed' | 'read_uncommitted'

/** How a consumer joins, fetches and commits. All have defaults. */
export interface ConsumerOptions {
  /** The group whose members share the partitions. Without one: `assign`, and offsets are not committed. */
  readonly groupId?: string
  /** Subscribes at once, as `subscribe` does. */
  readonly topics?: string | RegExp | readonly (string | RegExp)[]
  /** Makes a static member (KIP-345): it may be away for the session time-out without a rebalance. */
  readonly groupInstanceId?: string
  /** `consumer`: KIP-848, the broker assigns. `auto`: that where the broker has it and no assignors are given. */
  readonly groupProtocol?: 'auto' | 'classic' | 'consumer'
  /** In order of preference; the group takes one that all its members have. Classic groups only. */
  readonly assignors?: readonly Assignor[]
  /** KIP-848: the broker's assignor, `uniform` or `range`. Without one, its default. */
  readonly remoteAssignor?: string
  /** Where this consumer runs: it fetches from replicas there, if the cluster is set up so (KIP-392). */
  readonly rackId?: string
  /** Classic groups: a member is out of the group when it was not heard of for so long. 45,000 by default. */
  readonly sessionTimeoutMs?: number
  /**
   * Classic groups: how often a member says that it is alive; 3,000 by default, a third of the session time-out at
   * most.
   */
  readonly heartbeatIntervalMs?: number
  /**
   * How long handlers may go on with partitions that are to be given up. Then the group goes on without this member.
   * 60,000 by default.
   */
  readonly rebalanceTimeoutMs?: number
  /** Where to begin without a committed offset; `latest` by default. */
  readonly autoOffsetReset?: AutoOffsetReset
  /** `read_uncommitted` by default. */
  readonly isolationLevel?: IsolationLevel
  /** Commits what was processed: from time to time, before partitions are given up, and when the consumer closes. */
  readonly autoCommit?: boolean
  /** How often; 5,000 by default. */
  readonly autoCommitIntervalMs?: number
  /** An answer waits for so many bytes … */
  readonly fetchMinBytes?: number
  /** … but no longer than this. */
  readonly fetchMaxWaitMs?: number
  /** The most that one answer holds, 16 MiB by default; a larger batch still comes, alone. */
  readonly fetchMaxBytes?: number
  /** The most that one answer holds of a partition, 1 MiB by default. */
  readonly fetchMaxBytesPerPartition?: number
  /** So much is fetched ahead of the handlers, over all partitions; at least one batch of each. */
  readonly prefetchBytes?: number
  /** Checks that batches are as their producers made them. */
  readonly checkCrcs?: boolean
  /** How often a pattern is compared with the topics of the cluster. */
  readonly patternRefreshMs?: number
  /** Awaited before the first record of these partitions is handed out. It may `seek`. */
  readonly onPartitionsAssigned?: (partitions: readonly TopicPartition[]) => unknown
  /** Awaited when no handler works on these partitions any more and what was processed is committed. It may `commit`. */
  readonly onPartitionsRevoked?: (partitions: readonly TopicPartition[]) => unknown
  /** The group has gone on without this member: others may work on these partitions already. */
  readonly onPartitionsLost?: (partitions: readonly TopicPartition[]) => unknown
}

type Defaulted =
  | 'groupProtocol'
  | 'assignors'
  | 'sessionTimeoutMs'
  | 'heartbeatIntervalMs'
  | 'rebalanceTimeoutMs'
  | 'autoOffsetReset'
  | 'isolationLevel'
  | 'autoCommit'
  | 'autoCommitIntervalMs'
  | 'fetchMinBytes'
  | 'fetchMaxWaitMs'
  | 'fetchMaxBytes'
  | 'fetchMaxBytesPerPartition'
  | 'prefetchBytes'
  | 'checkCrcs'
  | 'patternRefreshMs'

export interface ConsumerSettings
  extends Required<Pick<ConsumerOptions, Exclude<Defaulted, 'assignors'>>>,
    Omit<ConsumerOptions, Defaulted> {
  readonly assignors: readonly (Assignor | WireAssignor)[]
  /** Instead of `autoOffsetReset`, where partitions differ. */
  readonly offsetResetOf?: (partition: TopicPartition) => Exclude<AutoOffsetReset, 'none'>
}

export function consumerSettings(
  options: ConsumerOptions,
  client: Pick<ClientOptions, 'metadataMaxAgeMs'>,
): ConsumerSettings {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
  const settings: ConsumerSettings = {
    groupProtocol: 'auto',
    assignors: [cooperativeStickyAssignor],
    sessionTimeoutMs: 45_000,
    heartbeatIntervalMs: Math.min(3_000, (options.sessionTimeoutMs ?? 45_000) / 3),
    rebalanceTimeoutMs: 60_000,
    autoOffsetReset: 'latest',
    isolationLevel: 'read_uncommitted',
    autoCommit: options.groupId !== undefined,
    autoCommitIntervalMs: 5_000,
    fetchMinBytes: 1,
    fetchMaxWaitMs: 500,
    fetchMaxBytes: 16 * 1024 * 1024,
    fetchMaxBytesPerPartition: 1024 * 1024,
    prefetchBytes: 16 * 1024 * 1024,
    checkCrcs: true,
    patternRefreshMs: Math.min(client.metadataMaxAgeMs ?? 300_000, 10_000),
    ...(given as unknown as ConsumerOptions),
  }
  refuseContradictions(settings)
  return settings
}

function refuseContradictions(settings: ConsumerSettings): void {
  const refuse = (message: string) => {
    throw new OttlaError('INVALID_ARGUMENT', { message })
  }
  const { groupId, groupInstanceId, assignors, heartbeatIntervalMs, sessionTimeoutMs } = settings
  if (groupId === '') refuse('the option groupId is empty; leave it out for a consumer without a group')
  if (groupId === undefined && groupInstanceId !== undefined) refuse('groupInstanceId needs a groupId')
  if (groupId === undefined && settings.autoCommit) refuse('autoCommit needs a groupId')
  if (assignors.length === 0) refuse('the option assignors is empty')
  if (heartbeatIntervalMs >= sessionTimeoutMs) refuse('heartbeatIntervalMs must be less than sessionTimeoutMs')
}
