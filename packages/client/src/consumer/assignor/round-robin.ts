import { type Assignor, assignableTopics, inMemberOrder } from './assignor.ts'

/** The partitions of all topics, dealt one by one to the members in their order; who has not subscribed is passed over. */
export const roundRobinAssignor: Assignor = {
  name: 'roundrobin',
  protocol: 'eager',

  assign(members, partitionCounts) {
    const assignments = new Map(members.map((member) => [member.memberId, new Map<string, number[]>()]))
    const dealt = inMemberOrder(members).map(({ memberId, topics }) => ({ memberId, topics: new Set(topics) }))
    let turn = 0
    for (const topic of assignableTopics(members, partitionCounts)) {
      for (let partition = 0; partition < partitionCounts.get(topic)!; partition++) {
        while (!dealt[turn % dealt.length]!.topics.has(topic)) turn++
        const assigned = assignments.get(dealt[turn++ % dealt.length]!.memberId)!
        const partitions = assigned.get(topic)
        if (partitions === undefined) assigned.set(topic, [partition])
        else partitions.push(partition)
      }
    }
    return assignments
  },
}
