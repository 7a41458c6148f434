import { type Assignor, assignableTopics, inMemberOrder } from './assignor.ts'

/**
 * Each topic by itself: its partitions in consecutive ranges, in the order of the members. Members of the same
 * subscription so get the same partitions of every topic of one size, which joins between topics need.
 *
 *     7 partitions, 3 members:   0 1 2 | 3 4 | 5 6
 */
export const rangeAssignor: Assignor = {
  name: 'range',
  protocol: 'eager',

  assign(members, partitionCounts) {
    const assignments = new Map(members.map((member) => [member.memberId, new Map<string, number[]>()]))
    for (const topic of assignableTopics(members, partitionCounts)) {
      const subscribed = inMemberOrder(members.filter((member) => member.topics.includes(topic)))
      const partitions = Array.from({ length: partitionCounts.get(topic)! }, (_, partition) => partition)
      const least = Math.floor(partitions.length / subscribed.length)
      const withOneMore = partitions.length % subscribed.length
      subscribed.forEach((member, index) => {
        const from = index * least + Math.min(index, withOneMore)
        const range = partitions.slice(from, from + least + (index < withOneMore ? 1 : 0))
        if (range.length > 0) assignments.get(member.memberId)!.set(topic, range)
      })
    }
    return assignments
  },
}
