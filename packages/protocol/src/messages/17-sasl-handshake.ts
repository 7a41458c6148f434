import { array, type Decoded, int16, message, never, string } from '../codec/schema.ts'

/** SaslHandshake (17): choose a SASL mechanism. KIP-43. */
export const saslHandshakeRequest = message({
  name: 'SaslHandshakeRequest',
  api: 17,
  versions: [0, 1],
  flexible: never,
  fields: { mechanism: string },
})
export interface SaslHandshakeRequest extends Decoded<typeof saslHandshakeRequest> {}

export const saslHandshakeResponse = message({
  name: 'SaslHandshakeResponse',
  api: 17,
  versions: [0, 1],
  flexible: never,
  fields: { errorCode: int16, mechanisms: array(string) },
})
export interface SaslHandshakeResponse extends Decoded<typeof saslHandshakeResponse> {}
