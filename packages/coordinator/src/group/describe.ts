import { type DescribeGroupsResponse, ErrorCode, type ListGroupsResponse, type Partially } from '@ottla/protocol'
import type { ClassicGroup } from './classic-group.ts'

export type DescribedGroup = Partially<DescribeGroupsResponse['groups'][number]>
export type ListedGroup = ListGroupsResponse['groups'][number]

/** Kafka's name for groups of this kind in ListGroups (KIP-848). */
const classicGroupType = 'classic'

/** Metadata and assignments are shown of a stable group only: in a rebalance they are of no generation. */
export function describeClassicGroup(group: ClassicGroup): DescribedGroup {
  const stable = group.state === 'Stable'
  return {
    errorCode: ErrorCode.NONE,
    groupId: group.id,
    groupState: group.state,
    protocolType: group.protocolType ?? '',
    protocolData: stable ? (group.protocolName ?? '') : '',
    members: Array.from(group.members.values(), (member) => ({
      memberId: member.id,
      groupInstanceId: member.identity.groupInstanceId,
      clientId: member.identity.clientId,
      clientHost: member.identity.clientHost,
      ...(stable && {
        memberMetadata: member.metadataFor(group.protocolName),
        memberAssignment: member.assignment,
      }),
    })),
  }
}

export const listClassicGroup = (group: ClassicGroup): ListedGroup => ({
  groupId: group.id,
  protocolType: group.protocolType ?? '',
  groupState: group.state,
  groupType: classicGroupType,
})
