import { array, bool, type Decoded, int16, int32, int64, message, string } from '../codec/schema.ts'

/** AddPartitionsToTxn (24): partitions join a transaction. KIP-98, 890. */
const addPartitionsToTxnTopic = { name: string, partitions: array(int32) }

export const addPartitionsToTxnRequest = message({
  name: 'AddPartitionsToTxnRequest',
  api: 24,
  versions: [0, 5],
  flexible: 3,
  fields: {
    transactions: array({
      transactionalId: string,
      producerId: int64,
      producerEpoch: int16,
      verifyOnly: bool,
      topics: array(addPartitionsToTxnTopic),
    }).since(4),
    v3AndBelowTransactionalId: string.until(3),
    v3AndBelowProducerId: int64.until(3),
    v3AndBelowProducerEpoch: int16.until(3),
    v3AndBelowTopics: array(addPartitionsToTxnTopic).until(3),
  },
})
export interface AddPartitionsToTxnRequest extends Decoded<typeof addPartitionsToTxnRequest> {}

const addPartitionsToTxnPartitionResult = { partitionIndex: int32, partitionErrorCode: int16 }

const addPartitionsToTxnTopicResult = { name: string, resultsByPartition: array(addPartitionsToTxnPartitionResult) }

export const addPartitionsToTxnResponse = message({
  name: 'AddPartitionsToTxnResponse',
  api: 24,
  versions: [0, 5],
  flexible: 3,
  fields: {
    throttleTimeMs: int32,
    errorCode: int16.since(4),
    resultsByTransaction: array({ transactionalId: string, topicResults: array(addPartitionsToTxnTopicResult) }).since(
      4,
    ),
    resultsByTopicV3AndBelow: array(addPartitionsToTxnTopicResult).until(3),
  },
})
export interface AddPartitionsToTxnResponse extends Decoded<typeof addPartitionsToTxnResponse> {}
