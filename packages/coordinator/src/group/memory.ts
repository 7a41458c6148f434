import type { ClassicGroup } from './classic-group.ts'
import type { GroupProtocol, Member } from './member.ts'

/** About what an object with its texts takes beside the bytes that a client chose the length of. */
const objectBytes = 500

export const protocolsBytes = (protocols: readonly GroupProtocol[]): number =>
  protocols.reduce((sum, { name, metadata }) => sum + name.length + metadata.length, objectBytes)

const memberBytes = ({ membership, assignment }: Member): number =>
  protocolsBytes(membership.protocols) + assignment.length

/** About the memory that a group takes. */
export function groupBytes(group: ClassicGroup): number {
  let bytes = objectBytes * (1 + group.pendingJoins.size) + (group.recorded?.length ?? 0)
  for (const member of group.members.values()) bytes += memberBytes(member)
  return bytes
}
