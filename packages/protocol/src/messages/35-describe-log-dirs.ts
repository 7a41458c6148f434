import { array, bool, type Decoded, int16, int32, int64, message, string } from '../codec/schema.ts'

/** DescribeLogDirs (35): sizes of the partitions in each directory. KIP-113, 827. */
export const describeLogDirsRequest = message({
  name: 'DescribeLogDirsRequest',
  api: 35,
  versions: [1, 5],
  flexible: 2,
  fields: {
    topics: array({ topic: string, partitions: array(int32) }).nullable(),
  },
})
export interface DescribeLogDirsRequest extends Decoded<typeof describeLogDirsRequest> {}

export const describeLogDirsResponse = message({
  name: 'DescribeLogDirsResponse',
  api: 35,
  versions: [1, 5],
  flexible: 2,
  fields: {
    throttleTimeMs: int32,
    errorCode: int16.since(3),
    results: array({
      errorCode: int16,
      logDir: string,
      topics: array({
        name: string,
        partitions: array({ partitionIndex: int32, partitionSize: int64, offsetLag: int64, isFutureKey: bool }),
      }),
      totalBytes: int64.since(4).default(-1),
      usableBytes: int64.since(4).default(-1),
      isCordoned: bool.since(5),
    }),
  },
})
export interface DescribeLogDirsResponse extends Decoded<typeof describeLogDirsResponse> {}
