import { ErrorCode, type JoinGroupRequest } from '@ottla/protocol'
import type { Ticket } from '../step.ts'
import type { ClassicGroup } from './classic-group.ts'
import { type JoinResponse, Member, type MemberIdentity, type Membership } from './member.ts'
import { protocolsBytes } from './memory.ts'
import { selectProtocol, someProtocolSuitsAll } from './protocol-selection.ts'
import {
  completeJoinIfAllHere,
  generationFor,
  membersForLeader,
  prepareRebalance,
  rebalanceOrCompleteJoin,
} from './rebalance.ts'
import { replaceStaticMember } from './static-members.ts'
import type { Turn } from './turn.ts'
import { memberError } from './validation.ts'

/** Who sends a request. */
export interface GroupClient {
  readonly apiVersion: number
  readonly clientId: string | null
  readonly clientHost: string
  /** Unique within this broker's run. */
  readonly connectionId: number
}

export interface JoinCommand {
  readonly request: JoinGroupRequest
  readonly client: GroupClient
  readonly ticket: Ticket<JoinResponse>
  /** Makes a new member's id unique. */
  readonly uniqueSuffix: string
}

/** From this version on, a client must come back with the id that it is given before it counts (KIP-394). */
const memberIdRequiredSince = 4
/** From this version on, a leader can be told not to assign anew (KIP-814). */
const skipAssignmentSince = 9
/** Kafka's: a new member does not know its id yet, so it can not send heartbeats; but it should retry within this. */
const newMemberJoinTimeoutMs = 5 * 60 * 1000
const maxClientIdInMemberId = 255

export function joinClassicGroup(turn: Turn, join: JoinCommand): void {
  const { group } = turn
  const { request } = join
  if (!hasRoomFor(group, request.memberId, turn.settings.maxSize) || !hasMemoryFor(turn, request)) {
    group.pendingJoins.delete(request.memberId)
    refuse(turn, join, ErrorCode.GROUP_MAX_SIZE_REACHED, '')
    completeJoinIfAllHere(turn)
  } else if (!suits(group, request)) {
    refuse(turn, join, ErrorCode.INCONSISTENT_GROUP_PROTOCOL)
  } else if (request.memberId === '') {
    joinUnknown(turn, join)
  } else if (group.pendingJoins.has(request.memberId) && request.groupInstanceId === null) {
    addMember(turn, join, request.memberId)
  } else {
    joinKnown(turn, join)
  }
}

function refuse(turn: Turn, join: JoinCommand, errorCode: number, memberId = join.request.memberId): void {
  turn.step.answer(join.ticket, { errorCode, memberId })
}

// While members rejoin, those that are back count, not those that are known: the group may be above its limit (the limit
// was lowered), and then the last to rejoin are turned away.
function hasRoomFor(group: ClassicGroup, memberId: string, maxSize: number): boolean {
  const member = group.members.get(memberId)
  switch (group.state) {
    case 'Empty':
      return true
    case 'PreparingRebalance':
      return member?.awaitingJoin !== undefined || group.awaitingJoinCount < maxSize
    default:
      return member !== undefined || group.members.size < maxSize
  }
}

/** Who takes no more than before may always rejoin. */
function hasMemoryFor(turn: Turn, { memberId, protocols }: JoinGroupRequest): boolean {
  const member = turn.group.members.get(memberId)
  const more = protocolsBytes(protocols) - (member === undefined ? 0 : protocolsBytes(member.membership.protocols))
  return more <= 0 || more <= turn.freeBytes
}

function suits(group: ClassicGroup, { protocolType, protocols }: JoinGroupRequest): boolean {
  if (protocolType === '' || protocols.length === 0) return false
  if (group.state === 'Empty' || group.members.size === 0) return true
  return group.protocolType === protocolType && someProtocolSuitsAll(group.members.values(), protocols)
}

function joinUnknown(turn: Turn, join: JoinCommand): void {
  const { request, client } = join
  const instanceId = request.groupInstanceId
  const name = instanceId ?? client.clientId ?? ''
  const newMemberId = `${[...name].slice(0, maxClientIdInMemberId).join('')}-${join.uniqueSuffix}`
  if (instanceId === null) {
    if (client.apiVersion >= memberIdRequiredSince) requireMemberId(turn, join, newMemberId)
    else addMember(turn, join, newMemberId)
    return
  }
  const known = turn.group.members.get(turn.group.memberIdOf(instanceId) ?? '')
  if (known === undefined) addMember(turn, join, newMemberId)
  else rejoinStatic(turn, join, { former: known, newMemberId })
}

function requireMemberId(turn: Turn, join: JoinCommand, memberId: string): void {
  const deadlineMs = turn.nowMs + join.request.sessionTimeoutMs
  turn.group.pendingJoins.set(memberId, { deadlineMs, connectionId: join.client.connectionId })
  turn.wakeBy(deadlineMs)
  refuse(turn, join, ErrorCode.MEMBER_ID_REQUIRED, memberId)
}

function addMember(turn: Turn, join: JoinCommand, memberId: string): void {
  const { group } = turn
  const { request, client } = join
  const member = new Member(identityOf(join, memberId), membershipOf(request))
  member.isNew = true
  member.connectionId = client.connectionId
  if (group.members.size === 0) group.protocolType = request.protocolType
  group.add(member)
  group.parkJoin(member, join.ticket)
  if (group.initialDelay !== undefined) group.initialDelay.membersCame = true
  turn.extendSession(member, newMemberJoinTimeoutMs)
  rebalanceOrCompleteJoin(turn, `${memberId} joins: ${reasonOf(request)}`)
}

function joinKnown(turn: Turn, join: JoinCommand): void {
  const { group } = turn
  const { request } = join
  const error = memberError(group, request)
  const member = group.members.get(request.memberId)
  if (error !== ErrorCode.NONE || member === undefined) {
    refuse(turn, join, error)
  } else if (mustRebalance(group, member, request)) {
    rejoin(turn, join, member)
  } else {
    // It may have missed the answer: it gets it again.
    member.connectionId = join.client.connectionId
    turn.step.answer(join.ticket, generationFor(turn, member))
  }
}

function mustRebalance(group: ClassicGroup, member: Member, request: JoinGroupRequest): boolean {
  if (group.state === 'PreparingRebalance') return true
  // A leader rejoins to have partitions assigned anew, for reasons that its own metadata need not show.
  if (group.state === 'Stable' && group.leaderId === member.id) return true
  return !member.hasProtocols(request.protocols)
}

function rejoin(turn: Turn, join: JoinCommand, member: Member): void {
  update(turn, join, member)
  rebalanceOrCompleteJoin(turn, `${member.id} rejoins: ${reasonOf(join.request)}`)
}

function update(turn: Turn, join: JoinCommand, member: Member): void {
  turn.answerJoin(member, { memberId: member.id, errorCode: ErrorCode.REBALANCE_IN_PROGRESS })
  member.membership = membershipOf(join.request)
  member.connectionId = join.client.connectionId
  turn.group.parkJoin(member, join.ticket)
}

/** A static member is back after a restart, under a new id. */
function rejoinStatic(turn: Turn, join: JoinCommand, as: { former: Member; newMemberId: string }): void {
  const { group } = turn
  const leaderBefore = group.leaderId
  const member = replaceStaticMember(turn, as.former, identityOf(join, as.newMemberId))
  update(turn, join, member)
  turn.extendSession(member)
  // The leader may have been told of the former id already: its assignment would miss this member.
  if (group.state === 'CompletingRebalance') prepareRebalance(turn, `static ${member.id} is back`)
  else if (group.state === 'PreparingRebalance') completeJoinIfAllHere(turn)
  else if (selectProtocol(group.members.values()) !== group.protocolName)
    prepareRebalance(turn, `static ${member.id} is back with other protocols`)
  else takeOver(turn, member, { leaderBefore, apiVersion: join.client.apiVersion })
}

/** In a stable group the member takes over its assignment, and nobody else need know. */
function takeOver(turn: Turn, member: Member, by: { leaderBefore: string | null; apiVersion: number }): void {
  const { group } = turn
  turn.record((other) => other.assignment)
  const skipAssignment = group.leaderId === member.id && by.apiVersion >= skipAssignmentSince
  turn.answerJoin(member, {
    ...generationFor(turn, member),
    members: skipAssignment ? membersForLeader(group.members.values(), group.protocolName) : [],
    // A client that can not be told to skip the assignment is not told that it leads.
    leader: (skipAssignment ? member.id : by.leaderBefore) ?? '',
    skipAssignment,
  })
}

const identityOf = ({ request, client }: JoinCommand, memberId: string): MemberIdentity => ({
  memberId,
  groupInstanceId: request.groupInstanceId,
  clientId: client.clientId ?? '',
  clientHost: client.clientHost,
})

function membershipOf(request: JoinGroupRequest): Membership {
  const { rebalanceTimeoutMs, sessionTimeoutMs } = request
  return {
    // Views of the request's frame would keep all of it in memory.
    protocols: request.protocols.map(({ name, metadata }) => ({ name, metadata: Buffer.from(metadata) })),
    sessionTimeoutMs,
    // Version 0 has none, and some clients send 0: Kafka then drops the member before it can ask for its assignment.
    rebalanceTimeoutMs: rebalanceTimeoutMs > 0 ? rebalanceTimeoutMs : sessionTimeoutMs,
  }
}

const reasonOf = (request: JoinGroupRequest) => request.reason ?? 'not provided'
