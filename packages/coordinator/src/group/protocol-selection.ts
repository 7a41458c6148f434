import type { GroupProtocol, Member } from './member.ts'

/** Whether each member could work with at least one of these protocols, the same for all. */
export function someProtocolSuitsAll(members: Iterable<Member>, protocols: readonly GroupProtocol[]): boolean {
  const candidates = new Set(protocols.map((protocol) => protocol.name))
  for (const member of members) {
    for (const name of candidates) if (!member.supports(name)) candidates.delete(name)
  }
  return candidates.size > 0
}

/**
 * Each member votes for the first of its protocols that all members support; the one with the most votes is taken.
 * While an application is rolled from one assignor to another, this goes over when the last member has the new one.
 */
export function selectProtocol(members: Iterable<Member>): string | null {
  const all = [...members]
  const candidates = new Set(all[0]?.membership.protocols.map((protocol) => protocol.name))
  for (const member of all) {
    for (const name of candidates) if (!member.supports(name)) candidates.delete(name)
  }
  const votes = new Map<string, number>()
  for (const member of all) {
    const vote = member.membership.protocols.find((protocol) => candidates.has(protocol.name))
    if (vote !== undefined) votes.set(vote.name, (votes.get(vote.name) ?? 0) + 1)
  }
  let selected: string | null = null
  for (const [name, count] of votes) if (selected === null || count > votes.get(selected)!) selected = name
  return selected
}
