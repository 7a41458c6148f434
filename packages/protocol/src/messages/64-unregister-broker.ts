import { type Decoded, int16, int32, message, string } from '../codec/schema.ts'

/** UnregisterBroker (64): remove a broker's registration. KIP-500. */
export const unregisterBrokerRequest = message({
  name: 'UnregisterBrokerRequest',
  api: 64,
  versions: [0, 0],
  flexible: 0,
  fields: { brokerId: int32 },
})
export interface UnregisterBrokerRequest extends Decoded<typeof unregisterBrokerRequest> {}

export const unregisterBrokerResponse = message({
  name: 'UnregisterBrokerResponse',
  api: 64,
  versions: [0, 0],
  flexible: 0,
  fields: { throttleTimeMs: int32, errorCode: int16, errorMessage: string.nullable() },
})
export interface UnregisterBrokerResponse extends Decoded<typeof unregisterBrokerResponse> {}
