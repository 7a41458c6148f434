import { array, type Decoded, int16, int32, int64, message, records, string, struct, uuid } from '../codec/schema.ts'

/** Produce (0): append record batches to partitions. */
export const produceRequest = message({
  name: 'ProduceRequest',
  api: 0,
  versions: [3, 13],
  flexible: 9,
  fields: {
    transactionalId: string.nullable().default(null),
    acks: int16,
    timeoutMs: int32,
    topicData: array({
      name: string.until(12),
      topicId: uuid.since(13),
      partitionData: array({ index: int32, records: records.nullable() }),
    }),
  },
})
export interface ProduceRequest extends Decoded<typeof produceRequest> {}

export const produceResponse = message({
  name: 'ProduceResponse',
  api: 0,
  versions: [3, 13],
  flexible: 9,
  fields: {
    responses: array({
      name: string.until(12),
      topicId: uuid.since(13),
      partitionResponses: array({
        index: int32,
        errorCode: int16,
        baseOffset: int64,
        logAppendTimeMs: int64.default(-1),
        logStartOffset: int64.since(5).default(-1),
        recordErrors: array({ batchIndex: int32, batchIndexErrorMessage: string.nullable().default(null) }).since(8),
        errorMessage: string.since(8).nullable().default(null),
        currentLeader: struct({ leaderId: int32.default(-1), leaderEpoch: int32.default(-1) })
          .since(10)
          .tag(0),
      }),
    }),
    throttleTimeMs: int32,
    nodeEndpoints: array({ nodeId: int32, host: string, port: int32, rack: string.nullable().default(null) })
      .since(10)
      .tag(0),
  },
})
export interface ProduceResponse extends Decoded<typeof produceResponse> {}
