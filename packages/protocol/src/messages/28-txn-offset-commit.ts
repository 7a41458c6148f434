import { array, type Decoded, int16, int32, int64, message, string } from '../codec/schema.ts'

/** TxnOffsetCommit (28): store a group's offsets inside a transaction. KIP-98, 447. */
export const txnOffsetCommitRequest = message({
  name: 'TxnOffsetCommitRequest',
  api: 28,
  versions: [0, 5],
  flexible: 3,
  fields: {
    transactionalId: string,
    groupId: string,
    producerId: int64,
    producerEpoch: int16,
    generationId: int32.since(3).default(-1),
    memberId: string.since(3),
    groupInstanceId: string.since(3).nullable().default(null),
    topics: array({
      name: string,
      partitions: array({
        partitionIndex: int32,
        committedOffset: int64,
        committedLeaderEpoch: int32.since(2).default(-1),
        committedMetadata: string.nullable(),
      }),
    }),
  },
})
export interface TxnOffsetCommitRequest extends Decoded<typeof txnOffsetCommitRequest> {}

export const txnOffsetCommitResponse = message({
  name: 'TxnOffsetCommitResponse',
  api: 28,
  versions: [0, 5],
  flexible: 3,
  fields: {
    throttleTimeMs: int32,
    topics: array({
      name: string,
      partitions: array({ partitionIndex: int32, errorCode: int16 }),
    }),
  },
})
export interface TxnOffsetCommitResponse extends Decoded<typeof txnOffsetCommitResponse> {}
