import type { TopicPartitions } from '../topic-partition.ts'

/**
 * How a group gives its partitions to its members. In a classic group one member, the leader, runs it for all of them.
 * All members must bring an assignor of the same name; those of other clients count too (`range`, `roundrobin` and
 * `cooperative-sticky` are Java's).
 */
export interface Assignor {
  readonly name: string
  /**
   * `eager`: every member gives up all its partitions before a rebalance. `cooperative` (KIP-429): members keep what
   * they own and give up only what `assign` left out; a partition that moves must be left out once before it is given
   * to its next owner.
   */
  readonly protocol: 'eager' | 'cooperative'
  /** What this member wants the leader's assignor to know. */
  userData?(member: { readonly generationId: number }): Uint8Array | null
  /** A partition goes to one member only. A member that the result lacks gets nothing. */
  assign(members: readonly SubscribedMember[], partitionCounts: ReadonlyMap<string, number>): Assignments
}

/**
 * An assignor that has its own words for subscriptions and assignments, as far as Kafka's consumer protocol can still read
 * the topics and partitions in them.
 */
export interface WireAssignor {
  readonly name: string
  readonly protocol: 'eager'
  subscription(topics: readonly string[]): Uint8Array
  /** The assignments of all members. `topics` are those of the leader, which runs this. */
  assignments(
    members: readonly { readonly memberId: string; readonly metadata: Buffer }[],
    topics: readonly string[],
  ): Promise<readonly { readonly memberId: string; readonly assignment: Buffer }[]>
}

/** A member as the leader sees it. */
export interface SubscribedMember {
  readonly memberId: string
  /** `group.instance.id` of a static member. */
  readonly groupInstanceId: string | null
  readonly topics: readonly string[]
  readonly ownedPartitions: TopicPartitions
  /** The generation in which it owned them, or -1. */
  readonly generationId: number
  readonly rackId: string | null
  readonly userData: Uint8Array | null
}

/** By member id. */
export type Assignments = ReadonlyMap<string, TopicPartitions>

/**
 * Java's order of members: static ones first and by instance id, which stays when a member restarts; the others by
 * member id.
 */
export function inMemberOrder(members: readonly SubscribedMember[]): SubscribedMember[] {
  return [...members].sort((a, b) => {
    if (a.groupInstanceId !== null && b.groupInstanceId !== null) return compare(a.groupInstanceId, b.groupInstanceId)
    if (a.groupInstanceId !== null) return -1
    if (b.groupInstanceId !== null) return 1
    return compare(a.memberId, b.memberId)
  })
}

/** The topics of any member that exist, in order of their names. */
export function assignableTopics(
  members: readonly SubscribedMember[],
  partitionCounts: ReadonlyMap<string, number>,
): string[] {
  const topics = new Set(members.flatMap((member) => member.topics))
  return [...topics].filter((topic) => (partitionCounts.get(topic) ?? 0) > 0).sort(compare)
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
