import { array, bytes, type Decoded, int32, int64, message, never, string, uuid } from '../codec/schema.ts'

/** Records of classic groups and committed offsets in `__consumer_offsets`. */
export const legacyOffsetCommitKey = message({
  name: 'LegacyOffsetCommitKey',
  api: 0,
  versions: [0, 0],
  flexible: never,
  fields: { group: string, topic: string, partition: int32 },
})
export interface LegacyOffsetCommitKey extends Decoded<typeof legacyOffsetCommitKey> {}

export const legacyOffsetCommitValue = message({
  name: 'LegacyOffsetCommitValue',
  api: 0,
  versions: [0, 0],
  flexible: never,
  fields: { offset: int64, metadata: string, commitTimestamp: int64 },
})
export interface LegacyOffsetCommitValue extends Decoded<typeof legacyOffsetCommitValue> {}

export const offsetCommitKey = message({
  name: 'OffsetCommitKey',
  api: 1,
  versions: [0, 0],
  flexible: never,
  fields: { group: string, topic: string, partition: int32 },
})
export interface OffsetCommitKey extends Decoded<typeof offsetCommitKey> {}

export const offsetCommitValue = message({
  name: 'OffsetCommitValue',
  api: 1,
  versions: [0, 4],
  flexible: 4,
  fields: {
    offset: int64,
    leaderEpoch: int32.since(3).default(-1),
    metadata: string,
    commitTimestamp: int64,
    expireTimestamp: int64.since(1).until(1).default(-1),
    topicId: uuid.since(4).tag(0),
  },
})
export interface OffsetCommitValue extends Decoded<typeof offsetCommitValue> {}

export const groupMetadataKey = message({
  name: 'GroupMetadataKey',
  api: 2,
  versions: [0, 0],
  flexible: never,
  fields: { group: string },
})
export interface GroupMetadataKey extends Decoded<typeof groupMetadataKey> {}

const memberMetadata = {
  memberId: string,
  groupInstanceId: string.since(3).nullable().default(null),
  clientId: string,
  clientHost: string,
  rebalanceTimeout: int32.since(1).default(-1),
  sessionTimeout: int32,
  subscription: bytes,
  assignment: bytes,
}

export const groupMetadataValue = message({
  name: 'GroupMetadataValue',
  api: 2,
  versions: [0, 4],
  flexible: 4,
  fields: {
    protocolType: string,
    generation: int32,
    protocol: string.nullable(),
    leader: string.nullable(),
    currentStateTimestamp: int64.since(2).default(-1),
    members: array(memberMetadata),
  },
})
export interface GroupMetadataValue extends Decoded<typeof groupMetadataValue> {}
