import { ErrorCode, type LeaveGroupRequest, type LeaveGroupResponse } from '@ottla/protocol'
import { completeJoinIfAllHere, rebalanceOrCompleteJoin } from './rebalance.ts'
import type { Turn } from './turn.ts'
import { memberError } from './validation.ts'

type LeavingMember = LeaveGroupRequest['members'][number]
type LeftMember = LeaveGroupResponse['members'][number]

/** Several members may leave at once: an administrator's call (KIP-345). One that is unknown does not hold the others. */
export function leaveClassicGroup(turn: Turn, leaving: readonly LeavingMember[]): LeftMember[] {
  const membersBefore = turn.group.members.size
  const left = leaving.map((member) => ({
    memberId: member.memberId,
    groupInstanceId: member.groupInstanceId,
    errorCode: leaveOne(turn, member),
  }))
  afterLeaving(turn, membersBefore, 'members left')
  return left
}

function leaveOne(turn: Turn, leaving: LeavingMember): number {
  const { group } = turn
  if (group.pendingJoins.delete(leaving.memberId)) return ErrorCode.NONE
  // An administrator knows the instance, not its member id.
  const byInstance = leaving.memberId === '' && leaving.groupInstanceId !== null
  const memberId = byInstance ? (group.memberIdOf(leaving.groupInstanceId!) ?? '') : leaving.memberId
  const error = memberError(group, { memberId, groupInstanceId: leaving.groupInstanceId })
  if (error !== ErrorCode.NONE) return error
  turn.note('debug', 'member leaves', { member: memberId, reason: leaving.reason ?? 'not provided' })
  turn.remove(group.members.get(memberId)!)
  return ErrorCode.NONE
}

/** The dynamic members that were last heard on a connection leave with it; see `leaveOnDisconnect`. */
export function leaveWithConnection(turn: Turn, connectionId: number): void {
  const { group } = turn
  const membersBefore = group.members.size
  for (const [memberId, pending] of group.pendingJoins) {
    if (pending.connectionId === connectionId) group.pendingJoins.delete(memberId)
  }
  for (const member of [...group.members.values()]) {
    if (!member.isStatic && member.connectionId === connectionId) turn.remove(member)
  }
  afterLeaving(turn, membersBefore, 'connection closed')
}

// Those who were still to join may have been all that a rebalance waited for, but they do not cause one.
function afterLeaving(turn: Turn, membersBefore: number, reason: string): void {
  if (turn.group.members.size < membersBefore) rebalanceOrCompleteJoin(turn, reason)
  else completeJoinIfAllHere(turn)
}
