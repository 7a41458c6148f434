import {
  consumerGroupDescribeRequest,
  consumerGroupDescribeResponse,
  deleteGroupsRequest,
  deleteGroupsResponse,
  describeGroupsRequest,
  describeGroupsResponse,
  ErrorCode,
  leaveGroupRequest,
  leaveGroupResponse,
  listGroupsRequest,
  listGroupsResponse,
  shareGroupDescribeRequest,
  shareGroupDescribeResponse,
} from '@ottla/protocol'
import { decodeAssignment } from '../consumer/membership/consumer-protocol.ts'
import { flattened, type TopicPartition } from '../consumer/topic-partition.ts'
import { OttlaError } from '../ottla-error.ts'
import { type AclOperation, allowedOperations } from './acl-names.ts'
import type { AdminCallOptions, AdminRequests, Outcome } from './admin-requests.ts'

/** Kafka's words: `Stable`, `Empty`, `PreparingRebalance`, `Dead`, …; types `classic`, `consumer`, `share`, `streams`. */
export interface ListedGroup {
  readonly groupId: string
  /** Empty for groups that only store offsets. */
  readonly protocolType: string
  /** Empty: the broker is too old to tell. */
  readonly state: string
  readonly type: string
}

/** Which groups to list (KIP-518, KIP-848). */
export interface ListGroupsOptions extends AdminCallOptions {
  /** Kafka's words: `Stable`, `Empty`, `PreparingRebalance`, … */
  readonly states?: readonly string[]
  /** `classic`, `consumer` or `share`. */
  readonly types?: readonly string[]
}

/** All groups of all brokers. */
export async function listGroups(requests: AdminRequests, options: ListGroupsOptions = {}): Promise<ListedGroup[]> {
  await requests.retry('listing groups', options, () => requests.cluster.refresh())
  const brokers = [...requests.cluster.image.brokers.keys()]
  const { states: statesFilter = [], types: typesFilter = [] } = options
  const answers = await Promise.all(
    brokers.map((broker) => {
      const call = { what: `listing the groups of broker ${broker}`, target: { broker }, options }
      return requests.ask(call, listGroupsRequest, listGroupsResponse, { statesFilter, typesFilter })
    }),
  )
  return answers
    .flatMap(({ groups }) => groups)
    .map(({ groupId, protocolType, groupState: state, groupType: type }) => ({ groupId, protocolType, state, type }))
    .sort((a, b) => (a.groupId < b.groupId ? -1 : 1))
}

/** A member of a group and the partitions it has. */
export interface GroupMember {
  readonly memberId: string
  /** Of a static member (KIP-345). */
  readonly groupInstanceId: string | null
  readonly clientId: string
  readonly host: string
  readonly rack: string | null
  readonly assignment: readonly TopicPartition[]
  /** Where the member is going, in groups whose broker assigns. */
  readonly targetAssignment: readonly TopicPartition[] | null
  /** -1 in classic groups. */
  readonly epoch: number
}

/** A group, of whichever protocol. */
export interface GroupDescription {
  readonly groupId: string
  readonly type: 'classic' | 'consumer' | 'share'
  /** Kafka's words: `Stable`, `Empty`, `PreparingRebalance`, … */
  readonly state: string
  /** The assignor in use; empty while there is none. */
  readonly assignor: string
  /** -1 in classic groups. */
  readonly epoch: number
  readonly members: readonly GroupMember[]
  /** The broker that coordinates the group. */
  readonly coordinator: number
  /** What this user may do with the group; empty, if not asked for (KIP-430). */
  readonly authorizedOperations: readonly AclOperation[]
}

/** What else to tell of groups. */
export interface DescribeGroupsOptions extends AdminCallOptions {
  readonly includeAuthorizedOperations?: boolean
}

/** Consumer groups of both protocols: asked for as ones of KIP-848, and if that is not what they are, as classic ones. */
export function describeConsumerGroups(
  requests: AdminRequests,
  groupIds: readonly string[],
  options: DescribeGroupsOptions = {},
): Promise<GroupDescription[]> {
  return forEachGroup(requests, { what: 'describing groups', groupIds, options }, async (groupId, coordinator) => {
    const modern = await describeModern(requests, { groupId, coordinator, options })
    return modern ?? describeClassic(requests, { groupId, coordinator, options })
  })
}

export function describeClassicGroups(
  requests: AdminRequests,
  groupIds: readonly string[],
  options: DescribeGroupsOptions = {},
): Promise<GroupDescription[]> {
  return forEachGroup(requests, { what: 'describing groups', groupIds, options }, (groupId, coordinator) =>
    describeClassic(requests, { groupId, coordinator, options }),
  )
}

interface GroupQuery {
  readonly groupId: string
  readonly coordinator: number
  readonly options: DescribeGroupsOptions
}

const coordinatorOf = (groupId: string) => ({ coordinator: 'group', key: groupId }) as const

async function describeModern(requests: AdminRequests, query: GroupQuery): Promise<GroupDescription | undefined> {
  const { groupId, coordinator, options } = query
  const connection = await requests.cluster.connection(coordinator)
  if (connection.versionOf(consumerGroupDescribeRequest) === undefined) return undefined
  const target = coordinatorOf(groupId)
  const body = { groupIds: [groupId], includeAuthorizedOperations: options.includeAuthorizedOperations ?? false }
  const answer = await requests.send(target, consumerGroupDescribeRequest, consumerGroupDescribeResponse, body)
  const group = answer.groups[0]!
  const isNone = group.errorCode === ErrorCode.GROUP_ID_NOT_FOUND || group.errorCode === ErrorCode.UNSUPPORTED_VERSION
  if (isNone) return undefined
  requests.check(target, group.errorCode, group.errorMessage, { group: groupId })
  return {
    groupId,
    type: 'consumer',
    state: group.groupState,
    assignor: group.assignorName,
    epoch: group.groupEpoch,
    members: group.members.map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.instanceId,
      clientId: member.clientId,
      host: member.clientHost,
      rack: member.rackId,
      assignment: partitionsOf(member.assignment),
      targetAssignment: partitionsOf(member.targetAssignment),
      epoch: member.memberEpoch,
    })),
    coordinator,
    authorizedOperations: allowedOperations(group.authorizedOperations),
  }
}

async function describeClassic(requests: AdminRequests, query: GroupQuery): Promise<GroupDescription> {
  const { groupId, coordinator, options } = query
  const target = coordinatorOf(groupId)
  const body = { groups: [groupId], includeAuthorizedOperations: options.includeAuthorizedOperations ?? false }
  const answer = await requests.send(target, describeGroupsRequest, describeGroupsResponse, body)
  const group = answer.groups[0]!
  requests.check(target, group.errorCode, group.errorMessage, { group: groupId })
  return {
    groupId,
    type: 'classic',
    state: group.groupState,
    assignor: group.protocolData,
    epoch: -1,
    members: group.members.map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.clientId,
      host: member.clientHost,
      rack: null,
      assignment: group.protocolType === 'consumer' ? flattened(decodeAssignment(member.memberAssignment)) : [],
      targetAssignment: null,
      epoch: -1,
    })),
    coordinator,
    authorizedOperations: allowedOperations(group.authorizedOperations),
  }
}

export function describeShareGroups(
  requests: AdminRequests,
  groupIds: readonly string[],
  options: DescribeGroupsOptions = {},
): Promise<GroupDescription[]> {
  const { includeAuthorizedOperations = false } = options
  return forEachGroup(
    requests,
    { what: 'describing share groups', groupIds, options },
    async (groupId, coordinator) => {
      const target = coordinatorOf(groupId)
      const body = { groupIds: [groupId], includeAuthorizedOperations }
      const answer = await requests.send(target, shareGroupDescribeRequest, shareGroupDescribeResponse, body)
      const group = answer.groups[0]!
      requests.check(target, group.errorCode, group.errorMessage, { group: groupId })
      return {
        groupId,
        type: 'share',
        state: group.groupState,
        assignor: group.assignorName,
        epoch: group.groupEpoch,
        members: group.members.map((member) => ({
          memberId: member.memberId,
          groupInstanceId: null,
          clientId: member.clientId,
          host: member.clientHost,
          rack: member.rackId,
          assignment: partitionsOf(member.assignment),
          targetAssignment: null,
          epoch: member.memberEpoch,
        })),
        coordinator,
        authorizedOperations: allowedOperations(group.authorizedOperations),
      }
    },
  )
}

const partitionsOf = (assignment: {
  topicPartitions: readonly { topicName: string; partitions: readonly number[] }[]
}): TopicPartition[] =>
  assignment.topicPartitions.flatMap(({ topicName: topic, partitions }) =>
    partitions.map((partition) => ({ topic, partition })),
  )

/** Groups of any kind; they must have no members. */
export async function deleteGroups(
  requests: AdminRequests,
  groupIds: readonly string[],
  options: AdminCallOptions = {},
): Promise<void> {
  await forEachGroup(requests, { what: 'deleting groups', groupIds, options }, async (groupId) => {
    const target = coordinatorOf(groupId)
    const answer = await requests.send(target, deleteGroupsRequest, deleteGroupsResponse, { groupsNames: [groupId] })
    requests.check(target, answer.results[0]!.errorCode, undefined, { group: groupId })
    return true
  })
}

/** Members to remove: static ones by their instance id, or any by member id. */
export type MemberToRemove = { readonly groupInstanceId: string } | { readonly memberId: string }

/** Without members: all of them. */
export async function removeMembersFromConsumerGroup(
  requests: AdminRequests,
  groupId: string,
  members?: readonly MemberToRemove[],
  options: AdminCallOptions & { readonly reason?: string } = {},
): Promise<void> {
  const [group] = members === undefined ? await describeConsumerGroups(requests, [groupId], options) : []
  const leaving: readonly MemberToRemove[] = members ?? group!.members
  if (leaving.length === 0) return
  const target = coordinatorOf(groupId)
  const call = { what: `removing members from group ${groupId}`, target, options, context: { group: groupId } }
  const answer = await requests.ask(call, leaveGroupRequest, leaveGroupResponse, {
    groupId,
    memberId: leaving[0] !== undefined && 'memberId' in leaving[0] ? leaving[0].memberId : '',
    members: leaving.map((member) => ({
      memberId: 'memberId' in member ? member.memberId : '',
      groupInstanceId: 'groupInstanceId' in member ? member.groupInstanceId : null,
      reason: options.reason ?? 'removed by an administrator',
    })),
  })
  for (const { errorCode } of answer.members) requests.check(target, errorCode, undefined, { group: groupId })
}

/** One call for each group, at its coordinator. */
export async function forEachGroup<R extends NonNullable<unknown>>(
  requests: AdminRequests,
  call: { what: string; groupIds: readonly string[]; options: AdminCallOptions },
  ask: (groupId: string, coordinator: number) => Promise<R>,
): Promise<R[]> {
  const { what, groupIds, options } = call
  const results = await requests.askEach<string, R>({ what, keys: groupIds, options }, (pending) =>
    Promise.all(
      pending.map(async (groupId): Promise<[string, Outcome<R>]> => {
        try {
          return [groupId, await ask(groupId, await requests.cluster.coordinatorNow('group', groupId))]
        } catch (error) {
          if (error instanceof OttlaError) return [groupId, error]
          throw error
        }
      }),
    ),
  )
  return [...results.values()]
}
