import { ErrorCode, type SyncGroupRequest } from '@ottla/protocol'
import type { Ticket } from '../step.ts'
import type { GroupClient } from './join.ts'
import type { Member, SyncResponse } from './member.ts'
import type { Turn } from './turn.ts'
import { generationError } from './validation.ts'

export interface SyncCommand {
  readonly request: SyncGroupRequest
  readonly client: GroupClient
  readonly ticket: Ticket<SyncResponse>
}

export function syncClassicGroup(turn: Turn, sync: SyncCommand): void {
  const { group, step } = turn
  const { request, ticket } = sync
  const error = syncError(turn, request)
  const member = group.members.get(request.memberId)
  if (error !== ErrorCode.NONE || member === undefined) {
    step.answer(ticket, { errorCode: error })
    return
  }
  member.connectionId = sync.client.connectionId
  group.pendingSyncs.delete(member.id)
  if (group.pendingSyncs.size === 0) group.syncDeadlineMs = Infinity
  if (group.state === 'Stable') {
    step.answer(ticket, assignmentFor(turn, member))
    return
  }
  turn.answerSync(member, { errorCode: ErrorCode.REBALANCE_IN_PROGRESS })
  member.awaitingSync = ticket
  if (group.leaderId === member.id) assign(turn, request)
}

function syncError(turn: Turn, request: SyncGroupRequest): number {
  const { group } = turn
  const error = generationError(group, request)
  if (error !== ErrorCode.NONE) return error
  if (request.protocolType !== null && request.protocolType !== group.protocolType)
    return ErrorCode.INCONSISTENT_GROUP_PROTOCOL
  if (request.protocolName !== null && request.protocolName !== group.protocolName)
    return ErrorCode.INCONSISTENT_GROUP_PROTOCOL
  return group.state === 'PreparingRebalance' ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE
}

/** The leader's word: it is written down, which makes the group Stable, and then told to all who wait for it. */
function assign(turn: Turn, request: SyncGroupRequest): void {
  const assignments = new Map(request.assignments.map(({ memberId, assignment }) => [memberId, assignment]))
  turn.record((member) => assignments.get(member.id) ?? new Uint8Array(0))
  turn.note('debug', 'leader has assigned')
  for (const member of turn.group.members.values()) {
    if (member.awaitingSync === undefined) continue
    turn.answerSync(member, assignmentFor(turn, member))
    turn.extendSession(member)
  }
}

const assignmentFor = ({ group }: Turn, member: Member): SyncResponse => ({
  errorCode: ErrorCode.NONE,
  protocolType: group.protocolType,
  protocolName: group.protocolName,
  assignment: member.assignment,
})
