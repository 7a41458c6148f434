import { array, type Decoded, int8, int16, int32, int64, message, never, string } from '../codec/schema.ts'

/** Records of `__transaction_state`. */
export const transactionLogKey = message({
  name: 'TransactionLogKey',
  api: 0,
  versions: [0, 0],
  flexible: never,
  fields: { transactionalId: string },
})
export interface TransactionLogKey extends Decoded<typeof transactionLogKey> {}

export const transactionLogValue = message({
  name: 'TransactionLogValue',
  api: 0,
  versions: [0, 1],
  flexible: 1,
  fields: {
    producerId: int64,
    previousProducerId: int64.since(1).tag(0).default(-1),
    nextProducerId: int64.since(1).tag(1).default(-1),
    producerEpoch: int16,
    nextProducerEpoch: int16.since(1).tag(3).default(-1),
    transactionTimeoutMs: int32,
    transactionStatus: int8,
    transactionPartitions: array({ topic: string, partitionIds: array(int32) }).nullable(),
    transactionLastUpdateTimestampMs: int64,
    transactionStartTimestampMs: int64,
    clientTransactionVersion: int16.since(1).tag(2),
  },
})
export interface TransactionLogValue extends Decoded<typeof transactionLogValue> {}
