import { type Decoded, int16, int32, int64, message, string } from '../codec/schema.ts'

/** AddOffsetsToTxn (25): a group's offsets join a transaction. KIP-98. */
export const addOffsetsToTxnRequest = message({
  name: 'AddOffsetsToTxnRequest',
  api: 25,
  versions: [0, 4],
  flexible: 3,
  fields: { transactionalId: string, producerId: int64, producerEpoch: int16, groupId: string },
})
export interface AddOffsetsToTxnRequest extends Decoded<typeof addOffsetsToTxnRequest> {}

export const addOffsetsToTxnResponse = message({
  name: 'AddOffsetsToTxnResponse',
  api: 25,
  versions: [0, 4],
  flexible: 3,
  fields: { throttleTimeMs: int32, errorCode: int16 },
})
export interface AddOffsetsToTxnResponse extends Decoded<typeof addOffsetsToTxnResponse> {}
