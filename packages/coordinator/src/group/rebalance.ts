import { ErrorCode } from '@ottla/protocol'
import type { JoinResponse, Member } from './member.ts'
import { selectProtocol } from './protocol-selection.ts'
import type { Turn } from './turn.ts'

/** Something about the members has changed: a rebalance begins, or the one that is under way may be complete now. */
export function rebalanceOrCompleteJoin(turn: Turn, reason: string): void {
  if (turn.group.state === 'PreparingRebalance') completeJoinIfAllHere(turn)
  else prepareRebalance(turn, reason)
}

/** All members are to rejoin. They learn of it by REBALANCE_IN_PROGRESS. */
export function prepareRebalance(turn: Turn, reason: string): void {
  const { group, settings } = turn
  for (const member of group.members.values()) turn.answerSync(member, { errorCode: ErrorCode.REBALANCE_IN_PROGRESS })
  group.pendingSyncs.clear()
  group.syncDeadlineMs = Infinity
  const wasEmpty = group.state === 'Empty'
  group.state = 'PreparingRebalance'
  turn.note('info', 'group prepares to rebalance', { reason })
  if (wasEmpty && settings.initialRebalanceDelayMs > 0) {
    const delayMs = settings.initialRebalanceDelayMs
    group.initialDelay = { delayMs, remainingMs: Math.max(group.rebalanceTimeoutMs - delayMs, 0), membersCame: false }
    awaitJoins(turn, delayMs)
  } else if (wasEmpty || group.allJoined) {
    completeJoin(turn)
  } else {
    awaitJoins(turn, group.rebalanceTimeoutMs)
  }
}

function awaitJoins(turn: Turn, timeoutMs: number): void {
  turn.group.joinDeadlineMs = turn.nowMs + timeoutMs
  turn.wakeBy(turn.group.joinDeadlineMs)
}

export function completeJoinIfAllHere(turn: Turn): void {
  const { group } = turn
  if (group.state === 'PreparingRebalance' && group.initialDelay === undefined && group.allJoined) completeJoin(turn)
}

/** The time to rejoin is up. */
export function joinTimedOut(turn: Turn): void {
  const { group, settings } = turn
  group.joinDeadlineMs = Infinity
  const initial = group.initialDelay
  if (initial === undefined || !initial.membersCame || initial.remainingMs === 0) {
    completeJoin(turn)
    return
  }
  const delayMs = Math.min(settings.initialRebalanceDelayMs, initial.remainingMs)
  const remainingMs = Math.max(initial.remainingMs - initial.delayMs, 0)
  group.initialDelay = { delayMs, remainingMs, membersCame: false }
  awaitJoins(turn, delayMs)
}

/**
 * The next generation begins with the members that are here. Dynamic members that did not rejoin are out; static ones
 * stay until their session ends, because they may only be restarting.
 */
function completeJoin(turn: Turn): void {
  const { group } = turn
  group.joinDeadlineMs = Infinity
  group.initialDelay = undefined
  for (const member of [...group.members.values()]) {
    if (member.awaitingJoin !== undefined || member.isStatic) continue
    turn.note('info', 'member did not rejoin in time', { member: member.id })
    turn.remove(member)
  }
  if (group.members.size === 0) becomeEmpty(turn)
  // Without anybody who could lead, the static members' sessions decide.
  else if (!electLeader(turn)) awaitJoins(turn, Math.max(group.rebalanceTimeoutMs, 1))
  else beginGeneration(turn)
}

function beginGeneration(turn: Turn): void {
  const { group } = turn
  group.generation++
  group.protocolName = selectProtocol(group.members.values())
  group.updateSubscribed()
  group.state = 'CompletingRebalance'
  turn.note('info', 'group begins a generation', { members: group.members.size, protocol: group.protocolName })
  answerJoins(turn)
}

function becomeEmpty(turn: Turn): void {
  const { group } = turn
  group.generation++
  group.protocolName = null
  group.leaderId = null
  turn.record((member) => member.assignment)
  turn.note('info', 'group is empty')
}

/** The leader stays if it is here, else the longest-standing member that is. */
function electLeader({ group }: Turn): boolean {
  const leader = group.leaderId === null ? undefined : group.members.get(group.leaderId)
  if (leader?.awaitingJoin !== undefined) return true
  for (const member of group.members.values()) {
    if (member.awaitingJoin === undefined) continue
    group.leaderId = member.id
    return true
  }
  return false
}

function answerJoins(turn: Turn): void {
  const { group } = turn
  group.pendingSyncs.clear()
  for (const member of group.members.values()) {
    turn.answerJoin(member, generationFor(turn, member))
    turn.extendSession(member)
    member.isNew = false
    group.pendingSyncs.add(member.id)
  }
  group.syncDeadlineMs = turn.nowMs + group.rebalanceTimeoutMs
  turn.wakeBy(group.syncDeadlineMs)
}

/** What a member is told of the current generation; the leader learns of all members, to assign to them. */
export function generationFor({ group }: Turn, member: Member): JoinResponse {
  const leads = group.leaderId === member.id
  return {
    errorCode: ErrorCode.NONE,
    memberId: member.id,
    generationId: group.generation,
    protocolType: group.protocolType,
    protocolName: group.protocolName,
    leader: group.leaderId ?? '',
    members: leads ? membersForLeader(group.members.values(), group.protocolName) : [],
  }
}

export function membersForLeader(members: Iterable<Member>, protocolName: string | null) {
  return Array.from(members, (member) => ({
    memberId: member.id,
    groupInstanceId: member.identity.groupInstanceId,
    metadata: member.metadataFor(protocolName),
  }))
}
