import { array, type Decoded, int16, int32, int64, message, string, uuid } from '../codec/schema.ts'

/** OffsetCommit (8): store the offsets of a group. */
export const offsetCommitRequest = message({
  name: 'OffsetCommitRequest',
  api: 8,
  versions: [2, 10],
  flexible: 8,
  fields: {
    groupId: string,
    generationIdOrMemberEpoch: int32.default(-1),
    memberId: string,
    groupInstanceId: string.since(7).nullable().default(null),
    retentionTimeMs: int64.until(4).default(-1),
    topics: array({
      name: string.until(9),
      topicId: uuid.since(10),
      partitions: array({
        partitionIndex: int32,
        committedOffset: int64,
        committedLeaderEpoch: int32.since(6).default(-1),
        committedMetadata: string.nullable(),
      }),
    }),
  },
})
export interface OffsetCommitRequest extends Decoded<typeof offsetCommitRequest> {}

export const offsetCommitResponse = message({
  name: 'OffsetCommitResponse',
  api: 8,
  versions: [2, 10],
  flexible: 8,
  fields: {
    throttleTimeMs: int32.since(3),
    topics: array({
      name: string.until(9),
      topicId: uuid.since(10),
      partitions: array({ partitionIndex: int32, errorCode: int16 }),
    }),
  },
})
export interface OffsetCommitResponse extends Decoded<typeof offsetCommitResponse> {}
