import { partitionKey, type TopicPartition } from '../topic-partition.ts'
import type { SubscribedMember } from './assignor.ts'

export interface Claim {
  readonly member: SubscribedMember
  readonly topicPartition: TopicPartition
}

/**
 * Who keeps which partition, by `partitionKey`. Two members claim one when one of them slept through a rebalance: the
 * later generation has the right. Of two in the same generation nobody can tell which one still works on it, so that
 * neither keeps it.
 */
export function rightfulClaims(members: readonly SubscribedMember[]): Map<string, Claim> {
  const claims = new Map<string, Claim>()
  const disputedIn = new Map<string, number>()
  for (const member of members) {
    for (const topicPartition of claimedBy(member)) {
      const key = partitionKey(topicPartition.topic, topicPartition.partition)
      const rival = claims.get(key)?.member.generationId ?? disputedIn.get(key) ?? Number.NEGATIVE_INFINITY
      if (member.generationId > rival) {
        claims.set(key, { member, topicPartition })
      } else if (member.generationId === rival) {
        claims.delete(key)
        disputedIn.set(key, rival)
      }
    }
  }
  return claims
}

function* claimedBy(member: SubscribedMember): Iterable<TopicPartition> {
  for (const [topic, partitions] of member.ownedPartitions) {
    for (const partition of new Set(partitions)) yield { topic, partition }
  }
}
