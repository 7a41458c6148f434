import type { OttlaError } from '../../ottla-error.ts'
import type { TopicPartition } from '../topic-partition.ts'

/** Who a consumer is in its group; commits carry it, so that those of members that are out are refused. */
export interface MemberIdentity {
  readonly protocol: 'classic' | 'consumer'
  readonly memberId: string
  /** Generation of a classic group, member epoch of a consumer group. */
  readonly epoch: number
  readonly groupInstanceId: string | null
}

/** The place of a consumer in a group, by either protocol. */
export interface Membership {
  /** Undefined while it is no member. */
  readonly identity: MemberIdentity | undefined
  /** Joins, and stays until `leave`. */
  start(): void
  /** The consumer wants other topics than before. */
  subscriptionChanged(): void
  /** Gives up the partitions and leaves; settles in any case. A static member that stays keeps its place for a while. */
  leave(options: LeaveOptions): Promise<void>
}

export interface LeaveOptions {
  readonly timeoutMs: number
  /** False: a static member goes without a word, to come back within the session time-out. */
  readonly tellGroup: boolean
}

/** What a membership needs of its consumer. The calls come one after the other. */
export interface MembershipHost {
  topics(): readonly string[]
  owned(): TopicPartition[]
  /** Settles when no handler works on them any more, what was processed is committed, and the application has agreed. */
  revoke(partitions: readonly TopicPartition[], reason: string): Promise<void>
  assign(partitions: readonly TopicPartition[]): Promise<void>
  /** The group has gone on without this member. */
  lose(partitions: readonly TopicPartition[], reason: string): Promise<void>
  /** All partitions that the group has given are adopted, `ms` after it was to change. */
  rebalanced(ms: number): void
  /** It goes on, but the application must know. */
  troubled(error: OttlaError): void
  /** The membership is over, or cannot be had. */
  ended(error: OttlaError): void
}
