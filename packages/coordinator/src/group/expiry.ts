import type { Member } from './member.ts'
import { completeJoinIfAllHere, joinTimedOut, prepareRebalance, rebalanceOrCompleteJoin } from './rebalance.ts'
import type { Turn } from './turn.ts'

/** Does what has become due, and asks to be woken for what comes next. */
export function expire(turn: Turn): void {
  const { group } = turn
  expirePendingJoins(turn)
  for (const member of [...group.members.values()]) {
    if (member.sessionDeadlineMs <= turn.nowMs && group.members.get(member.id) === member) expireSession(turn, member)
  }
  if (group.joinDeadlineMs <= turn.nowMs) joinTimedOut(turn)
  if (group.syncDeadlineMs <= turn.nowMs) syncTimedOut(turn)
  turn.wakeBy(nextDeadlineMs(turn))
}

function nextDeadlineMs({ group }: Turn): number {
  let next = Math.min(group.joinDeadlineMs, group.syncDeadlineMs)
  for (const member of group.members.values()) next = Math.min(next, member.sessionDeadlineMs)
  for (const pending of group.pendingJoins.values()) next = Math.min(next, pending.deadlineMs)
  return next
}

function expirePendingJoins(turn: Turn): void {
  const { group } = turn
  for (const [memberId, pending] of group.pendingJoins) {
    if (pending.deadlineMs > turn.nowMs) continue
    turn.note('debug', 'client did not come back with its member id', { member: memberId })
    group.pendingJoins.delete(memberId)
    completeJoinIfAllHere(turn)
  }
}

function expireSession(turn: Turn, member: Member): void {
  // Whoever waits for an answer of ours is not expected to send heartbeats; its session begins anew with the answer.
  const waits = member.awaitingJoin !== undefined || member.awaitingSync !== undefined
  if (waits && !member.isNew) {
    member.sessionDeadlineMs = Infinity
    return
  }
  turn.note('info', 'member was not heard of within its session timeout', { member: member.id })
  turn.remove(member)
  rebalanceOrCompleteJoin(turn, `${member.id} expired`)
}

/** Members that have not asked for their assignment within the rebalance timeout are not working on it. */
function syncTimedOut(turn: Turn): void {
  const { group } = turn
  group.syncDeadlineMs = Infinity
  const missing = [...group.pendingSyncs]
  for (const memberId of missing) turn.remove(group.members.get(memberId)!)
  if (missing.length > 0) prepareRebalance(turn, `no SyncGroup from ${missing.join(', ')}`)
}
