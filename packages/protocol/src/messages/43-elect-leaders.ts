import { array, type Decoded, int8, int16, int32, message, string } from '../codec/schema.ts'

/** ElectLeaders (43): elect partition leaders. KIP-183, 460. */
export const electLeadersRequest = message({
  name: 'ElectLeadersRequest',
  api: 43,
  versions: [0, 2],
  flexible: 2,
  fields: {
    electionType: int8.since(1),
    topicPartitions: array({ topic: string, partitions: array(int32) }).nullable(),
    timeoutMs: int32.default(60000),
  },
})
export interface ElectLeadersRequest extends Decoded<typeof electLeadersRequest> {}

export const electLeadersResponse = message({
  name: 'ElectLeadersResponse',
  api: 43,
  versions: [0, 2],
  flexible: 2,
  fields: {
    throttleTimeMs: int32,
    errorCode: int16.since(1),
    replicaElectionResults: array({
      topic: string,
      partitionResult: array({ partitionId: int32, errorCode: int16, errorMessage: string.nullable() }),
    }),
  },
})
export interface ElectLeadersResponse extends Decoded<typeof electLeadersResponse> {}
