import { array, type Decoded, int16, int32, message, string } from '../codec/schema.ts'

/** AlterReplicaLogDirs (34): move replicas between directories. KIP-113. */
export const alterReplicaLogDirsRequest = message({
  name: 'AlterReplicaLogDirsRequest',
  api: 34,
  versions: [1, 2],
  flexible: 2,
  fields: {
    dirs: array({
      path: string,
      topics: array({ name: string, partitions: array(int32) }),
    }),
  },
})
export interface AlterReplicaLogDirsRequest extends Decoded<typeof alterReplicaLogDirsRequest> {}

export const alterReplicaLogDirsResponse = message({
  name: 'AlterReplicaLogDirsResponse',
  api: 34,
  versions: [1, 2],
  flexible: 2,
  fields: {
    throttleTimeMs: int32,
    results: array({
      topicName: string,
      partitions: array({ partitionIndex: int32, errorCode: int16 }),
    }),
  },
})
export interface AlterReplicaLogDirsResponse extends Decoded<typeof alterReplicaLogDirsResponse> {}
