import { type Decoded, type joinGroupResponse, MalformedError } from '@ottla/protocol'
import type { Cluster } from '../../connection/cluster.ts'
import { OttlaError } from '../../ottla-error.ts'
import type { Assignor, SubscribedMember, WireAssignor } from '../assignor/assignor.ts'
import { noPartitions } from '../topic-partition.ts'
import { decodeSubscription, encodeAssignment } from './consumer-protocol.ts'

/** What the leader of a classic group has worked out. */
export interface LeaderAssignment {
  readonly assignments: { memberId: string; assignment: Buffer }[]
  /** The topics of all members, with the partitions that this is based on; other counts need another rebalance. */
  readonly partitionCounts: ReadonlyMap<string, number>
}

/** As leader of a classic group: gives the partitions to the members that have joined. */
export async function leaderAssignment(
  cluster: Cluster,
  assignor: Assignor,
  joined: Decoded<typeof joinGroupResponse>,
): Promise<LeaderAssignment> {
  const members = joined.members.map(subscribedMember)
  const topics = [...new Set(members.flatMap((member) => member.topics))]
  for (const topic of topics) cluster.knownTopic(topic)
  await cluster.refresh()
  const partitionCounts = countsOf(cluster, topics)
  const existing = new Map([...partitionCounts].filter(([, count]) => count > 0))
  const byMember = assignor.assign(members, existing)
  const assignments = members.map(({ memberId }) => ({
    memberId,
    assignment: encodeAssignment(byMember.get(memberId) ?? noPartitions),
  }))
  return { assignments, partitionCounts }
}

/** The same by an assignor that reads and writes for itself. */
export async function wireAssignment(
  cluster: Cluster,
  assignor: WireAssignor,
  joined: Decoded<typeof joinGroupResponse>,
  topics: readonly string[],
): Promise<LeaderAssignment> {
  for (const topic of topics) cluster.knownTopic(topic)
  await cluster.refresh()
  const members = joined.members.map(({ memberId, metadata }) => ({ memberId, metadata: Buffer.from(metadata) }))
  const partitionCounts = countsOf(cluster, topics)
  return { assignments: [...(await assignor.assignments(members, topics))], partitionCounts }
}

/** 0: there is no such topic. */
export const countsOf = (cluster: Cluster, topics: Iterable<string>): Map<string, number> =>
  new Map([...topics].map((topic) => [topic, cluster.knownTopic(topic)?.partitions.length ?? 0]))

function subscribedMember(member: Decoded<typeof joinGroupResponse>['members'][number]): SubscribedMember {
  const { memberId, groupInstanceId, metadata } = member
  try {
    return { memberId, groupInstanceId, ...decodeSubscription(metadata) }
  } catch (cause) {
    if (!(cause instanceof MalformedError)) throw cause
    const message = `the subscription of member ${memberId} cannot be read; is it a consumer? (${cause.message})`
    throw new OttlaError('INCONSISTENT_GROUP_PROTOCOL', { message, cause })
  }
}
