import { ErrorCode } from '@ottla/protocol'
import { Member, type MemberIdentity } from './member.ts'
import type { Turn } from './turn.ts'

/**
 * A static member comes back under a new id (KIP-345): it stands where the former one stood, with its assignment and, if
 * it led, its lead. Whoever still goes by the former id is fenced.
 */
export function replaceStaticMember(turn: Turn, former: Member, identity: MemberIdentity): Member {
  const { group } = turn
  turn.answerJoin(former, { memberId: former.id, errorCode: ErrorCode.FENCED_INSTANCE_ID })
  turn.answerSync(former, { errorCode: ErrorCode.FENCED_INSTANCE_ID })
  const led = group.leaderId === former.id
  group.remove(former)
  const member = new Member(identity, former.membership)
  member.assignment = former.assignment
  group.add(member)
  if (led) group.leaderId = member.id
  return member
}
