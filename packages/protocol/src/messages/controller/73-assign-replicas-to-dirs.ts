import { array, type Decoded, int16, int32, int64, message, uuid } from '../../codec/schema.ts'

/** AssignReplicasToDirs (73): a broker reports where replicas lie. KIP-858. */
export const assignReplicasToDirsRequest = message({
  name: 'AssignReplicasToDirsRequest',
  api: 73,
  versions: [0, 0],
  flexible: 0,
  fields: {
    brokerId: int32,
    brokerEpoch: int64.default(-1),
    directories: array({
      id: uuid,
      topics: array({
        topicId: uuid,
        partitions: array({ partitionIndex: int32 }),
      }),
    }),
  },
})
export interface AssignReplicasToDirsRequest extends Decoded<typeof assignReplicasToDirsRequest> {}

export const assignReplicasToDirsResponse = message({
  name: 'AssignReplicasToDirsResponse',
  api: 73,
  versions: [0, 0],
  flexible: 0,
  fields: {
    throttleTimeMs: int32,
    errorCode: int16,
    directories: array({
      id: uuid,
      topics: array({
        topicId: uuid,
        partitions: array({ partitionIndex: int32, errorCode: int16 }),
      }),
    }),
  },
})
export interface AssignReplicasToDirsResponse extends Decoded<typeof assignReplicasToDirsResponse> {}
