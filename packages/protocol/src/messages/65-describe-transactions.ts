import { array, type Decoded, int16, int32, int64, message, string } from '../codec/schema.ts'

/** DescribeTransactions (65): state of transactions. KIP-664. */
export const describeTransactionsRequest = message({
  name: 'DescribeTransactionsRequest',
  api: 65,
  versions: [0, 0],
  flexible: 0,
  fields: { transactionalIds: array(string) },
})
export interface DescribeTransactionsRequest extends Decoded<typeof describeTransactionsRequest> {}

export const describeTransactionsResponse = message({
  name: 'DescribeTransactionsResponse',
  api: 65,
  versions: [0, 0],
  flexible: 0,
  fields: {
    throttleTimeMs: int32,
    transactionStates: array({
      errorCode: int16,
      transactionalId: string,
      transactionState: string,
      transactionTimeoutMs: int32,
      transactionStartTimeMs: int64,
      producerId: int64,
      producerEpoch: int16,
      topics: array({ topic: string, partitions: array(int32) }),
    }),
  },
})
export interface DescribeTransactionsResponse extends Decoded<typeof describeTransactionsResponse> {}
