import {
  consumerProtocolAssignment,
  consumerProtocolSubscription,
  type Decoded,
  decoder,
  encoder,
  type Message,
  Reader,
  Writer,
} from '@ottla/protocol'
import type { TopicPartitions } from '../topic-partition.ts'

/*
 * What the members of a classic group tell one another through the broker, which does not look into it:
 *     int16 version | message
 * Readers take a version that they do not know as the highest that they do: fields are only ever added at the end.
 */

/** Version 1 brought the owned partitions, 2 their generation, 3 the rack. */
const subscriptionVersion = 3
const assignmentVersion = 3

export interface Subscription {
  readonly topics: readonly string[]
  readonly ownedPartitions: TopicPartitions
  readonly generationId: number
  readonly rackId: string | null
  readonly userData: Uint8Array | null
}

export function encodeSubscription(subscription: Subscription): Buffer {
  const writer = new Writer({ chunkBytes: 1024 })
  writer.int16(subscriptionVersion)
  encoder(consumerProtocolSubscription, subscriptionVersion)(writer, {
    ...subscription,
    topics: [...subscription.topics].sort(),
    ownedPartitions: wireForm(subscription.ownedPartitions),
  })
  return writer.finish()
}

/** Throws MalformedError. */
export function decodeSubscription(bytes: Uint8Array): Subscription {
  const { topics, ownedPartitions, generationId, rackId, userData } = decode(consumerProtocolSubscription, bytes)
  return { topics, ownedPartitions: fromWire(ownedPartitions), generationId, rackId, userData }
}

export function encodeAssignment(partitions: TopicPartitions): Buffer {
  const writer = new Writer({ chunkBytes: 1024 })
  writer.int16(assignmentVersion)
  encoder(consumerProtocolAssignment, assignmentVersion)(writer, { assignedPartitions: wireForm(partitions) })
  return writer.finish()
}

/** Empty bytes are no partitions: what the broker gives a member that the leader left out. Throws MalformedError. */
export function decodeAssignment(bytes: Uint8Array): TopicPartitions {
  if (bytes.length === 0) return new Map()
  return fromWire(decode(consumerProtocolAssignment, bytes).assignedPartitions)
}

function decode<M extends Message<any>>(message: M, bytes: Uint8Array): Decoded<M> {
  const reader = new Reader(bytes)
  const version = reader.int16()
  if (version < 0) throw reader.malformed(`a consumer protocol of version ${version}`)
  return decoder(message, Math.min(version, message.versions[1]))(reader)
}

const wireForm = (partitions: TopicPartitions) =>
  [...partitions].map(([topic, indexes]) => ({ topic, partitions: [...indexes] }))

function fromWire(topics: readonly { topic: string; partitions: number[] }[]): TopicPartitions {
  const partitions = new Map<string, number[]>()
  for (const { topic, partitions: more } of topics) partitions.set(topic, [...(partitions.get(topic) ?? []), ...more])
  return partitions
}
