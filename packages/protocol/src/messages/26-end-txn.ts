import { bool, type Decoded, int16, int32, int64, message, string } from '../codec/schema.ts'

/** EndTxn (26): commit or abort a transaction. KIP-98, 890. */
export const endTxnRequest = message({
  name: 'EndTxnRequest',
  api: 26,
  versions: [0, 5],
  flexible: 3,
  fields: { transactionalId: string, producerId: int64, producerEpoch: int16, committed: bool },
})
export interface EndTxnRequest extends Decoded<typeof endTxnRequest> {}

export const endTxnResponse = message({
  name: 'EndTxnResponse',
  api: 26,
  versions: [0, 5],
  flexible: 3,
  fields: {
    throttleTimeMs: int32,
    errorCode: int16,
    producerId: int64.since(5).default(-1),
    producerEpoch: int16.since(5).default(-1),
  },
})
export interface EndTxnResponse extends Decoded<typeof endTxnResponse> {}
