import {
  array,
  type Decoded,
  int16,
  int32,
  int64,
  message,
  records,
  string,
  struct,
  uint16,
  uuid,
} from '../../codec/schema.ts'

/** FetchSnapshot (59): read a metadata snapshot. KIP-630. */
export const fetchSnapshotRequest = message({
  name: 'FetchSnapshotRequest',
  api: 59,
  versions: [0, 1],
  flexible: 0,
  fields: {
    clusterId: string.nullable().tag(0).default(null),
    replicaId: int32.default(-1),
    maxBytes: int32.default(0x7fffffff),
    topics: array({
      name: string,
      partitions: array({
        partition: int32,
        currentLeaderEpoch: int32,
        snapshotId: struct({ endOffset: int64, epoch: int32 }),
        position: int64,
        replicaDirectoryId: uuid.since(1).tag(0),
      }),
    }),
  },
})
export interface FetchSnapshotRequest extends Decoded<typeof fetchSnapshotRequest> {}

export const fetchSnapshotResponse = message({
  name: 'FetchSnapshotResponse',
  api: 59,
  versions: [0, 1],
  flexible: 0,
  fields: {
    throttleTimeMs: int32,
    errorCode: int16,
    topics: array({
      name: string,
      partitions: array({
        index: int32,
        errorCode: int16,
        snapshotId: struct({ endOffset: int64, epoch: int32 }),
        currentLeader: struct({ leaderId: int32, leaderEpoch: int32 }).tag(0),
        size: int64,
        position: int64,
        unalignedRecords: records,
      }),
    }),
    nodeEndpoints: array({ nodeId: int32, host: string, port: uint16 }).since(1).tag(0),
  },
})
export interface FetchSnapshotResponse extends Decoded<typeof fetchSnapshotResponse> {}
