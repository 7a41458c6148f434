import { describeGroupsRequest, describeGroupsResponse } from '@ottla/protocol'
import type { Cluster } from '../connection/cluster.ts'
import { throwProtocolError } from './translated-error.ts'
import type { GroupDescription, GroupDescriptions } from './types/group.ts'

/** State and members of groups, from their coordinators. */
export async function describedGroups(cluster: Cluster, groupIds: readonly string[]): Promise<GroupDescriptions> {
  const byCoordinator = new Map<number, string[]>()
  for (const groupId of groupIds) {
    const coordinator = await cluster.coordinatorNow('group', groupId)
    byCoordinator.set(coordinator, [...(byCoordinator.get(coordinator) ?? []), groupId])
  }
  const answers = await Promise.all([...byCoordinator].map(([brokerId, ids]) => describedBy(cluster, brokerId, ids)))
  return { groups: answers.flat() }
}

/** One broker's answer. */
export async function describedBy(
  cluster: Cluster,
  brokerId: number,
  groups: readonly string[],
): Promise<GroupDescription[]> {
  // From version 6 on, a group that does not exist is an error; kafkajs knows it as a dead one.
  const options = { maxVersion: 5 }
  const body = { groups: [...groups] }
  const answer = await cluster.send(brokerId, describeGroupsRequest, describeGroupsResponse, body, options)
  return answer.groups.map((group) => {
    if (group.errorCode !== 0) for (const groupId of groups) cluster.forgetCoordinator('group', groupId)
    throwProtocolError(group.errorCode)
    return {
      errorCode: group.errorCode,
      groupId: group.groupId,
      state: group.groupState as GroupDescription['state'],
      protocolType: group.protocolType,
      protocol: group.protocolData,
      members: group.members.map(({ memberId, clientId, clientHost, memberMetadata, memberAssignment }) => ({
        memberId,
        clientId,
        clientHost,
        memberMetadata: Buffer.from(memberMetadata),
        memberAssignment: Buffer.from(memberAssignment),
      })),
    }
  })
}
