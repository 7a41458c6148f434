import { bool, type Decoded, int16, int32, int64, message, string } from '../codec/schema.ts'

/** InitProducerId (22): a producer id and epoch for idempotence or transactions. KIP-98, 360, 890, 939. */
export const initProducerIdRequest = message({
  name: 'InitProducerIdRequest',
  api: 22,
  versions: [0, 6],
  flexible: 2,
  unstable: true,
  fields: {
    transactionalId: string.nullable(),
    transactionTimeoutMs: int32,
    producerId: int64.since(3).default(-1),
    producerEpoch: int16.since(3).default(-1),
    enable2Pc: bool.since(6),
    keepPreparedTxn: bool.since(6),
  },
})
export interface InitProducerIdRequest extends Decoded<typeof initProducerIdRequest> {}

export const initProducerIdResponse = message({
  name: 'InitProducerIdResponse',
  api: 22,
  versions: [0, 6],
  flexible: 2,
  fields: {
    throttleTimeMs: int32,
    errorCode: int16,
    producerId: int64.default(-1),
    producerEpoch: int16,
    ongoingTxnProducerId: int64.since(6).default(-1),
    ongoingTxnProducerEpoch: int16.since(6).default(-1),
  },
})
export interface InitProducerIdResponse extends Decoded<typeof initProducerIdResponse> {}
