import { array, bytes, type Decoded, int32, message, never, string } from '../codec/schema.ts'

/** The embedded protocol of consumers in classic groups: opaque to the broker but for its topics. */
export const consumerProtocolSubscription = message({
  name: 'ConsumerProtocolSubscription',
  versions: [0, 3],
  flexible: never,
  fields: {
    topics: array(string),
    userData: bytes.nullable().default(null),
    ownedPartitions: array({ topic: string, partitions: array(int32) }).since(1),
    generationId: int32.since(2).default(-1),
    rackId: string.since(3).nullable().default(null),
  },
})
export interface ConsumerProtocolSubscription extends Decoded<typeof consumerProtocolSubscription> {}

export const consumerProtocolAssignment = message({
  name: 'ConsumerProtocolAssignment',
  versions: [0, 3],
  flexible: never,
  fields: {
    assignedPartitions: array({ topic: string, partitions: array(int32) }),
    userData: bytes.nullable().default(null),
  },
})
export interface ConsumerProtocolAssignment extends Decoded<typeof consumerProtocolAssignment> {}
