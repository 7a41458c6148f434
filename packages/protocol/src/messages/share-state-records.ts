import { array, type Decoded, int8, int16, int32, int64, message, never, string, uuid } from '../codec/schema.ts'

/** Records of `__share_group_state`. */
export const shareSnapshotKey = message({
  name: 'ShareSnapshotKey',
  api: 0,
  versions: [0, 0],
  flexible: never,
  fields: { groupId: string, topicId: uuid, partition: int32 },
})
export interface ShareSnapshotKey extends Decoded<typeof shareSnapshotKey> {}

export const shareSnapshotValue = message({
  name: 'ShareSnapshotValue',
  api: 0,
  versions: [0, 0],
  flexible: 0,
  fields: {
    snapshotEpoch: int32,
    stateEpoch: int32,
    leaderEpoch: int32,
    startOffset: int64,
    deliveryCompleteCount: int32.tag(0).default(-1),
    createTimestamp: int64,
    writeTimestamp: int64,
    stateBatches: array({ firstOffset: int64, lastOffset: int64, deliveryState: int8, deliveryCount: int16 }),
  },
})
export interface ShareSnapshotValue extends Decoded<typeof shareSnapshotValue> {}

export const shareUpdateKey = message({
  name: 'ShareUpdateKey',
  api: 1,
  versions: [0, 0],
  flexible: never,
  fields: { groupId: string, topicId: uuid, partition: int32 },
})
export interface ShareUpdateKey extends Decoded<typeof shareUpdateKey> {}

export const shareUpdateValue = message({
  name: 'ShareUpdateValue',
  api: 1,
  versions: [0, 0],
  flexible: 0,
  fields: {
    snapshotEpoch: int32,
    leaderEpoch: int32,
    startOffset: int64,
    deliveryCompleteCount: int32.tag(0).default(-1),
    stateBatches: array({ firstOffset: int64, lastOffset: int64, deliveryState: int8, deliveryCount: int16 }),
  },
})
export interface ShareUpdateValue extends Decoded<typeof shareUpdateValue> {}
