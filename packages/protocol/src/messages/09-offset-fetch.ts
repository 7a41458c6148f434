import { array, bool, type Decoded, int16, int32, int64, message, string, uuid } from '../codec/schema.ts'

/** OffsetFetch (9): read the stored offsets of groups. KIP-709, 848. */
export const offsetFetchRequest = message({
  name: 'OffsetFetchRequest',
  api: 9,
  versions: [1, 10],
  flexible: 6,
  fields: {
    groupId: string.until(7),
    topics: array({ name: string, partitionIndexes: array(int32) })
      .until(7)
      .nullable(2),
    groups: array({
      groupId: string,
      memberId: string.since(9).nullable().default(null),
      memberEpoch: int32.since(9).default(-1),
      topics: array({ name: string.until(9), topicId: uuid.since(10), partitionIndexes: array(int32) }).nullable(),
    }).since(8),
    requireStable: bool.since(7),
  },
})
export interface OffsetFetchRequest extends Decoded<typeof offsetFetchRequest> {}

export const offsetFetchResponse = message({
  name: 'OffsetFetchResponse',
  api: 9,
  versions: [1, 10],
  flexible: 6,
  fields: {
    throttleTimeMs: int32.since(3),
    topics: array({
      name: string,
      partitions: array({
        partitionIndex: int32,
        committedOffset: int64,
        committedLeaderEpoch: int32.since(5).default(-1),
        metadata: string.nullable(),
        errorCode: int16,
      }),
    }).until(7),
    errorCode: int16.since(2).until(7),
    groups: array({
      groupId: string,
      topics: array({
        name: string.until(9),
        topicId: uuid.since(10),
        partitions: array({
          partitionIndex: int32,
          committedOffset: int64,
          committedLeaderEpoch: int32.default(-1),
          metadata: string.nullable(),
          errorCode: int16,
        }),
      }),
      errorCode: int16,
    }).since(8),
  },
})
export interface OffsetFetchResponse extends Decoded<typeof offsetFetchResponse> {}
