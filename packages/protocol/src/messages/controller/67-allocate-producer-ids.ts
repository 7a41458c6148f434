import { type Decoded, int16, int32, int64, message } from '../../codec/schema.ts'

/** AllocateProducerIds (67): a block of producer ids for a broker. KIP-730. */
export const allocateProducerIdsRequest = message({
  name: 'AllocateProducerIdsRequest',
  api: 67,
  versions: [0, 0],
  flexible: 0,
  fields: { brokerId: int32, brokerEpoch: int64.default(-1) },
})
export interface AllocateProducerIdsRequest extends Decoded<typeof allocateProducerIdsRequest> {}

export const allocateProducerIdsResponse = message({
  name: 'AllocateProducerIdsResponse',
  api: 67,
  versions: [0, 0],
  flexible: 0,
  fields: { throttleTimeMs: int32, errorCode: int16, producerIdStart: int64, producerIdLen: int32 },
})
export interface AllocateProducerIdsResponse extends Decoded<typeof allocateProducerIdsResponse> {}
