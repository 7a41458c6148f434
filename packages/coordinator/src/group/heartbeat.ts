import { ErrorCode, type HeartbeatRequest } from '@ottla/protocol'
import type { GroupClient } from './join.ts'
import type { Turn } from './turn.ts'
import { generationError } from './validation.ts'

/** Returns an error code. No turn: there is no such group. */
export function heartbeatClassicGroup(turn: Turn | undefined, request: HeartbeatRequest, client: GroupClient): number {
  if (turn === undefined) return ErrorCode.UNKNOWN_MEMBER_ID
  const { group } = turn
  const error = generationError(group, request)
  if (error !== ErrorCode.NONE) return error
  const member = group.members.get(request.memberId)!
  member.connectionId = client.connectionId
  turn.extendSession(member)
  // Members may send heartbeats from their JoinGroup's answer on, so while the leader still assigns all is well.
  return group.state === 'PreparingRebalance' ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE
}
