import { byTopic, flattened, partitionKey } from '../topic-partition.ts'
import type { Assignor, SubscribedMember } from './assignor.ts'
import { stickyBalance } from './sticky-balance.ts'

/**
 * Balanced, with as few moves as that takes, and without a stop of the whole group (KIP-429): a partition that moves is
 * in nobody's assignment at first. Its old owner sees that, gives it up and rejoins; only the rebalance that this starts
 * gives it to its new owner. Its user data is that of Java's assignor of the same name, for groups of both.
 */
export const cooperativeStickyAssignor: Assignor = {
  name: 'cooperative-sticky',
  protocol: 'cooperative',

  userData({ generationId }) {
    const bytes = Buffer.alloc(4)
    bytes.writeInt32BE(generationId)
    return bytes
  },

  assign(members, partitionCounts) {
    const withGeneration = members.map((member) => ({ ...member, generationId: generationOf(member) }))
    const balanced = stickyBalance(withGeneration, partitionCounts)
    const owners = ownersByPartition(members)
    const assignments = members.map(({ memberId }) => {
      const free = balanced.get(memberId)!.filter(({ topic, partition }) => {
        const owner = owners.get(partitionKey(topic, partition))
        return owner === undefined || owner.has(memberId)
      })
      return [memberId, byTopic(free)] as const
    })
    return new Map(assignments)
  },
}

/** Subscriptions before version 2 lack the generation: then the user data has it. */
function generationOf({ generationId, userData }: SubscribedMember): number {
  if (generationId >= 0 || userData === null || userData.length < 4) return generationId
  return Buffer.from(userData).readInt32BE(0)
}

/** Whoever claims a partition, rightfully or not, must have given it up before another gets it. */
function ownersByPartition(members: readonly SubscribedMember[]): Map<string, Set<string>> {
  const owners = new Map<string, Set<string>>()
  for (const { memberId, ownedPartitions } of members) {
    for (const { topic, partition } of flattened(ownedPartitions)) {
      const key = partitionKey(topic, partition)
      owners.set(key, (owners.get(key) ?? new Set()).add(memberId))
    }
  }
  return owners
}
