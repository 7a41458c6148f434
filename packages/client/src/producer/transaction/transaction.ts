import type { MemberIdentity } from '../../consumer/membership/membership.ts'
import type { TopicPartition } from '../../consumer/topic-partition.ts'
import type { AnyRecord } from '../../topic/typed-topic.ts'
import type { RecordMetadata } from '../record.ts'

/** The offset of the next record to be read. */
export interface TransactionOffset extends TopicPartition {
  readonly offset: number
  readonly leaderEpoch?: number
  readonly metadata?: string
}

/** Whose offsets. With the member, the broker refuses those of one that has lost its place in the group. */
export interface GroupOfOffsets {
  readonly groupId: string
  readonly member?: MemberIdentity
}

/** What can be done within a transaction. All of it takes effect together, or none of it does. */
export interface Transaction {
  /** The record is seen by readers of `read_committed` after the commit. */
  send<K, V>(record: AnyRecord<K, V>): Promise<RecordMetadata>
  /** Several records at once, as `send` does it; settles when all are delivered. */
  sendBatch<K, V>(records: readonly AnyRecord<K, V>[]): Promise<RecordMetadata[]>
  /** Commits a group's offsets with the transaction. The group is a name, or what `consumer.member` gives. */
  sendOffsets(
    offsets: readonly TransactionOffset[],
    group: string | (MemberIdentity & { readonly groupId: string }),
  ): Promise<void>
}
