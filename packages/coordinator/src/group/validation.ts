import { ErrorCode } from '@ottla/protocol'
import type { ClassicGroup } from './classic-group.ts'

/** How a member says who it is. */
export interface MemberClaim {
  readonly memberId: string
  readonly groupInstanceId: string | null
}

/** Whether the claim is a current member's; NONE if so. Another id for a known instance means that it was replaced. */
export function memberError(group: ClassicGroup, { memberId, groupInstanceId }: MemberClaim): number {
  if (groupInstanceId !== null) {
    const current = group.memberIdOf(groupInstanceId)
    if (current === undefined) return ErrorCode.UNKNOWN_MEMBER_ID
    if (current !== memberId) return ErrorCode.FENCED_INSTANCE_ID
  }
  return group.members.has(memberId) ? ErrorCode.NONE : ErrorCode.UNKNOWN_MEMBER_ID
}

/** As `memberError`, and of the current generation. */
export function generationError(group: ClassicGroup, claim: MemberClaim & { readonly generationId: number }): number {
  const error = memberError(group, claim)
  if (error !== ErrorCode.NONE) return error
  return claim.generationId === group.generation ? ErrorCode.NONE : ErrorCode.ILLEGAL_GENERATION
}
