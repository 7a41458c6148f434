import type { WireAssignor } from '../consumer/assignor/assignor.ts'
import { AssignerProtocol } from './assigner-protocol.ts'
import type { Assigner, Assignment, PartitionAssigner } from './types/group.ts'

const { MemberMetadata, MemberAssignment } = AssignerProtocol

/**
 * The assigner that members of kafkajs bring: the partitions of the leader's topics, dealt one by one to the members in
 * the order of their ids. Members of both kinds may be in one group, so that an application can move one process at a time.
 */
const roundRobin: PartitionAssigner = ({ cluster }) => {
  const name = 'RoundRobinAssigner'
  const version = 0
  return {
    name,
    version,

    async assign({ members, topics }) {
      const assignments = new Map(members.map(({ memberId }) => [memberId, {} as Assignment]))
      const ids = [...assignments.keys()].sort()
      let turn = 0
      for (const topic of topics) {
        for (const { partitionId } of cluster.findTopicPartitionMetadata(topic)) {
          const assigned = assignments.get(ids[turn++ % ids.length]!)!
          assigned[topic] = [...(assigned[topic] ?? []), partitionId]
        }
      }
      return ids
        .map((memberId) => ({ memberId, assignment: assignments.get(memberId)! }))
        .filter(({ assignment }) => Object.keys(assignment).length > 0)
        .map(({ memberId, assignment }) => ({
          memberId,
          memberAssignment: MemberAssignment.encode({ version, assignment, userData: Buffer.alloc(0) }),
        }))
    },

    protocol({ topics }) {
      return { name, metadata: MemberMetadata.encode({ version, topics, userData: Buffer.alloc(0) }) }
    },
  }
}

export const PartitionAssigners: { roundRobin: PartitionAssigner } = { roundRobin }

/** An assigner of kafkajs as this client's groups take one. `topics`: in the order in which they were subscribed to. */
export const wireAssignor = (assigner: Assigner, topics: () => string[]): WireAssignor => ({
  name: assigner.name,
  protocol: 'eager',
  subscription: () => assigner.protocol({ topics: topics() }).metadata,

  async assignments(members) {
    const metadata = members.map(({ memberId, metadata: memberMetadata }) => ({ memberId, memberMetadata }))
    const assigned = await assigner.assign({ members: metadata, topics: topics() })
    return assigned.map(({ memberId, memberAssignment }) => ({ memberId, assignment: memberAssignment }))
  },
})
