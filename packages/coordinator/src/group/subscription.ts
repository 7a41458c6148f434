import { consumerProtocolSubscription, decoder, Reader } from '@ottla/protocol'
import type { Member } from './member.ts'

/** The protocol type of consumers: the only one whose metadata the broker looks into, and only for its topics. */
export const consumerProtocolType = 'consumer'

/**
 * The topics that the members of a group of consumers have subscribed to; undefined if that can not be known, because
 * the group is of something else or a member's metadata is not what its type says. Clients may send anything there.
 */
export function subscribedTopics(
  members: Iterable<Member>,
  protocol: { readonly type: string | null; readonly name: string | null },
): ReadonlySet<string> | undefined {
  if (protocol.type !== consumerProtocolType) return undefined
  const topics = new Set<string>()
  try {
    for (const member of members) {
      for (const topic of topicsOf(member.metadataFor(protocol.name))) topics.add(topic)
    }
  } catch {
    return undefined
  }
  return topics
}

// Version 0 begins every later version, so metadata of versions to come is read as well.
function topicsOf(metadata: Uint8Array): readonly string[] {
  const reader = new Reader(metadata)
  reader.int16()
  return decoder(consumerProtocolSubscription, 0)(reader).topics
}
