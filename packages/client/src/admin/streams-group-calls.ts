import { streamsGroupDescribeRequest, streamsGroupDescribeResponse } from '@ottla/protocol'
import { type AclOperation, allowedOperations } from './acl-names.ts'
import type { AdminRequests } from './admin-requests.ts'
import { type DescribeGroupsOptions, forEachGroup } from './group-calls.ts'

/** A part of a topology that runs by itself, and the topics around it (KIP-1071). */
export interface StreamsSubtopology {
  readonly subtopologyId: string
  readonly sourceTopics: readonly string[]
  readonly repartitionSinkTopics: readonly string[]
  readonly stateChangelogTopics: readonly string[]
  readonly repartitionSourceTopics: readonly string[]
}

/** Partitions of a subtopology, as one member works on them. */
export interface StreamsTasks {
  readonly subtopologyId: string
  readonly partitions: readonly number[]
}

/** What a member of a streams group does: `active` tasks process, `standby` ones copy state, `warmup` ones catch up. */
export interface StreamsAssignment {
  readonly active: readonly StreamsTasks[]
  readonly standby: readonly StreamsTasks[]
  readonly warmup: readonly StreamsTasks[]
}

/** A member of a streams group. */
export interface StreamsGroupMember {
  readonly memberId: string
  readonly epoch: number
  readonly groupInstanceId: string | null
  readonly rack: string | null
  readonly clientId: string
  readonly host: string
  readonly processId: string
  readonly assignment: StreamsAssignment
  /** Where the member is going. */
  readonly targetAssignment: StreamsAssignment
}

/** A group of Kafka Streams (KIP-1071). */
export interface StreamsGroupDescription {
  readonly groupId: string
  /** Kafka's words: `Stable`, `Empty`, `NotReady`, … */
  readonly state: string
  readonly epoch: number
  readonly subtopologies: readonly StreamsSubtopology[]
  readonly members: readonly StreamsGroupMember[]
  /** The broker that coordinates the group. */
  readonly coordinator: number
  /** What this user may do with the group; empty, if not asked for (KIP-430). */
  readonly authorizedOperations: readonly AclOperation[]
}

export function describeStreamsGroups(
  requests: AdminRequests,
  groupIds: readonly string[],
  options: DescribeGroupsOptions = {},
): Promise<StreamsGroupDescription[]> {
  const { includeAuthorizedOperations = false } = options
  const call = { what: 'describing streams groups', groupIds, options }
  return forEachGroup(requests, call, async (groupId, coordinator) => {
    const target = { coordinator: 'group', key: groupId } as const
    const body = { groupIds: [groupId], includeAuthorizedOperations }
    const answer = await requests.send(target, streamsGroupDescribeRequest, streamsGroupDescribeResponse, body)
    const group = answer.groups[0]!
    requests.check(target, group.errorCode, group.errorMessage, { group: groupId })
    return {
      groupId,
      state: group.groupState,
      epoch: group.groupEpoch,
      subtopologies: (group.topology?.subtopologies ?? []).map((each) => ({
        ...each,
        stateChangelogTopics: each.stateChangelogTopics.map(({ name }) => name),
        repartitionSourceTopics: each.repartitionSourceTopics.map(({ name }) => name),
      })),
      members: group.members.map((member) => ({
        memberId: member.memberId,
        epoch: member.memberEpoch,
        groupInstanceId: member.instanceId,
        rack: member.rackId,
        clientId: member.clientId,
        host: member.clientHost,
        processId: member.processId,
        assignment: assignmentOf(member.assignment),
        targetAssignment: assignmentOf(member.targetAssignment),
      })),
      coordinator,
      authorizedOperations: allowedOperations(group.authorizedOperations),
    }
  })
}

const assignmentOf = (tasks: {
  readonly activeTasks: readonly StreamsTasks[]
  readonly standbyTasks: readonly StreamsTasks[]
  readonly warmupTasks: readonly StreamsTasks[]
}): StreamsAssignment => ({ active: tasks.activeTasks, standby: tasks.standbyTasks, warmup: tasks.warmupTasks })
