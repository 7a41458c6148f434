import { array, bool, type Decoded, int8, int16, int32, message, string, uuid } from '../codec/schema.ts'

/** CreateTopics (19): create topics. KIP-4, 525. */
export const createTopicsRequest = message({
  name: 'CreateTopicsRequest',
  api: 19,
  versions: [2, 7],
  flexible: 5,
  fields: {
    topics: array({
      name: string,
      numPartitions: int32,
      replicationFactor: int16,
      assignments: array({ partitionIndex: int32, brokerIds: array(int32) }),
      configs: array({ name: string, value: string.nullable() }),
    }),
    timeoutMs: int32.default(60000),
    validateOnly: bool,
  },
})
export interface CreateTopicsRequest extends Decoded<typeof createTopicsRequest> {}

export const createTopicsResponse = message({
  name: 'CreateTopicsResponse',
  api: 19,
  versions: [2, 7],
  flexible: 5,
  fields: {
    throttleTimeMs: int32,
    topics: array({
      name: string,
      topicId: uuid.since(7),
      errorCode: int16,
      errorMessage: string.nullable(),
      topicConfigErrorCode: int16.since(5).tag(0),
      numPartitions: int32.since(5).default(-1),
      replicationFactor: int16.since(5).default(-1),
      configs: array({
        name: string,
        value: string.nullable(),
        readOnly: bool,
        configSource: int8.default(-1),
        isSensitive: bool,
      })
        .since(5)
        .nullable(),
    }),
  },
})
export interface CreateTopicsResponse extends Decoded<typeof createTopicsResponse> {}
