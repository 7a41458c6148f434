import { partitionKey, type TopicPartition } from '../topic-partition.ts'
import { assignableTopics, inMemberOrder, type SubscribedMember } from './assignor.ts'
import { LoadOrder } from './load-order.ts'
import { rightfulClaims } from './rightful-claims.ts'

/**
 * An assignment that is balanced first and sticky second:
 *   1. every member keeps what it owned, as far as that exists, is subscribed and is not claimed with more right;
 *   2. each partition without an owner goes to the member with the fewest, among those that have subscribed to it;
 *   3. while some member has at least two more than another that could take one of its partitions, that one moves.
 * Step 3 takes only from members above the level at which all end, so that no more moves than balance needs.
 */
export function stickyBalance(
  members: readonly SubscribedMember[],
  partitionCounts: ReadonlyMap<string, number>,
): Map<string, TopicPartition[]> {
  const takers = inMemberOrder(members).map((member) => new Taker(member))
  const topics = assignableTopics(members, partitionCounts)
  const owned = keepOwned(takers, partitionCounts)
  const ordersByTopic = ordersOf(takers, topics)
  assignOthers(ordersByTopic, partitionCounts, owned)
  evenOut(takers, ordersByTopic)
  return new Map(takers.map((taker) => [taker.member.memberId, [...taker.partitions.values()]]))
}

/** Members of one subscription are alike to a partition, so that one order by load serves all of them. */
type OrdersByTopic = ReadonlyMap<string, readonly LoadOrder<Taker>[]>

class Taker {
  readonly member: SubscribedMember
  readonly topics: ReadonlySet<string>
  /** By `partitionKey`. */
  readonly partitions = new Map<string, TopicPartition>()
  order: LoadOrder<Taker> | undefined

  constructor(member: SubscribedMember) {
    this.member = member
    this.topics = new Set(member.topics)
  }

  give(topicPartition: TopicPartition): void {
    this.order?.remove(this)
    this.partitions.set(partitionKey(topicPartition.topic, topicPartition.partition), topicPartition)
    this.order?.add(this)
  }

  take(topicPartition: TopicPartition): void {
    this.order?.remove(this)
    this.partitions.delete(partitionKey(topicPartition.topic, topicPartition.partition))
    this.order?.add(this)
  }
}

function keepOwned(takers: readonly Taker[], partitionCounts: ReadonlyMap<string, number>): Set<string> {
  const byMember = new Map(takers.map((taker) => [taker.member, taker]))
  const owned = new Set<string>()
  for (const [key, { member, topicPartition }] of rightfulClaims([...byMember.keys()])) {
    const taker = byMember.get(member)!
    const exists = topicPartition.partition < (partitionCounts.get(topicPartition.topic) ?? 0)
    if (!exists || !taker.topics.has(topicPartition.topic)) continue
    taker.give(topicPartition)
    owned.add(key)
  }
  return owned
}

function ordersOf(takers: readonly Taker[], topics: readonly string[]): OrdersByTopic {
  const bySubscription = new Map<string, { order: LoadOrder<Taker>; topics: ReadonlySet<string> }>()
  for (const taker of takers) {
    const subscription = JSON.stringify([...taker.topics].sort())
    let alike = bySubscription.get(subscription)
    if (alike === undefined) {
      alike = { order: new LoadOrder(), topics: taker.topics }
      bySubscription.set(subscription, alike)
    }
    taker.order = alike.order
    taker.order.add(taker)
  }
  const all = [...bySubscription.values()]
  return new Map(topics.map((topic) => [topic, all.filter((each) => each.topics.has(topic)).map((each) => each.order)]))
}

/** Topics that few may take come first, while those few still have room. */
function assignOthers(
  ordersByTopic: OrdersByTopic,
  partitionCounts: ReadonlyMap<string, number>,
  owned: ReadonlySet<string>,
): void {
  const subscribers = (topic: string) => ordersByTopic.get(topic)!.reduce((sum, order) => sum + order.size, 0)
  for (const topic of [...ordersByTopic.keys()].sort((a, b) => subscribers(a) - subscribers(b))) {
    for (let partition = 0; partition < partitionCounts.get(topic)!; partition++) {
      if (!owned.has(partitionKey(topic, partition))) leastLoaded(ordersByTopic, topic).give({ topic, partition })
    }
  }
}

/**
 * Level by level from the top, one partition from each member on it. Whoever gives never falls below the level at which
 * others still give, so that it need not take again.
 */
function evenOut(takers: readonly Taker[], ordersByTopic: OrdersByTopic): void {
  for (let moved = true; moved; ) {
    moved = false
    const top = Math.max(...takers.map((taker) => taker.partitions.size))
    for (let level = top; level > 1; level--) {
      for (const taker of takers) {
        if (taker.partitions.size === level && relieve(taker, ordersByTopic)) moved = true
      }
    }
  }
}

/** Moves one partition to a member that has at least two fewer, if there is such a one. */
function relieve(overloaded: Taker, ordersByTopic: OrdersByTopic): boolean {
  const tried = new Set<string>()
  for (const topicPartition of overloaded.partitions.values()) {
    if (tried.has(topicPartition.topic)) continue
    tried.add(topicPartition.topic)
    const other = leastLoaded(ordersByTopic, topicPartition.topic)
    if (other.partitions.size + 1 >= overloaded.partitions.size) continue
    overloaded.take(topicPartition)
    other.give(topicPartition)
    return true
  }
  return false
}

function leastLoaded(ordersByTopic: OrdersByTopic, topic: string): Taker {
  const candidates = ordersByTopic.get(topic)!.map((order) => order.least())
  return candidates.reduce((least, other) => (other.partitions.size < least.partitions.size ? other : least))
}
