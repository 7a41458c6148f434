import type { TopicPartition } from './topic-partition.ts'

/** How a member of a classic group has joined. */
export interface JoinedGroup {
  readonly memberId: string
  readonly generationId: number
  readonly leaderId: string
  /** Name of the assignor. */
  readonly protocol: string
  /** What it was given, topics among it that it has not subscribed to. */
  readonly assigned: readonly TopicPartition[]
  readonly durationMs: number
}

/** Is told what a consumer does with its group and its brokers. It must not throw. */
export interface ConsumerWatch {
  joined?(joined: JoinedGroup): void
  /** The group rebalances, or has gone on without this member. */
  rebalancing?(): void
  heartbeatAnswered?(): void
  fetching?(brokerId: number): void
  fetched?(brokerId: number, durationMs: number): void
}
