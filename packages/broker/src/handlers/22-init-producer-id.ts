import { ErrorCode, initProducerIdRequest, initProducerIdResponse } from '@ottla/protocol'
import { handler } from '../handler.ts'

const none = -1
const failed = (errorCode: number) => ({ errorCode, producerId: none, producerEpoch: none })

// InitProducerId (22), v0-5: a producer id for an idempotent producer (KIP-98).
// v2 flexible. v3 the id and epoch that the producer had (KIP-360). v4 PRODUCER_FENCED. v5 as v4 (KIP-890).
export const initProducerId = handler(initProducerIdRequest, initProducerIdResponse, async (request, { server }) => {
  const { transactionalId, producerId, producerEpoch } = request
  if ((producerId === none) !== (producerEpoch === none)) return failed(ErrorCode.INVALID_REQUEST)
  if (transactionalId === '') return failed(ErrorCode.INVALID_REQUEST)
  // What clients make of a broker from before transactions; any error of a coordinator they would retry for ever.
  if (transactionalId !== null) return failed(ErrorCode.UNSUPPORTED_VERSION)
  return { errorCode: ErrorCode.NONE, producerId: await server.producerIds.next(), producerEpoch: 0 }
})
