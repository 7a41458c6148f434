import { ClassicMembership, type ClassicMembershipParts } from './classic-membership.ts'
import type { Membership } from './membership.ts'

/** A membership that has begun to join. */
export function joinGroup(parts: ClassicMembershipParts): Membership {
  const membership = new ClassicMembership(parts)
  membership.start()
  return membership
}
