import { bytes, type Decoded, int16, int64, message, string } from '../codec/schema.ts'

/** SaslAuthenticate (36): one step of a SASL exchange. KIP-152, 368. */
export const saslAuthenticateRequest = message({
  name: 'SaslAuthenticateRequest',
  api: 36,
  versions: [0, 2],
  flexible: 2,
  fields: { authBytes: bytes },
})
export interface SaslAuthenticateRequest extends Decoded<typeof saslAuthenticateRequest> {}

export const saslAuthenticateResponse = message({
  name: 'SaslAuthenticateResponse',
  api: 36,
  versions: [0, 2],
  flexible: 2,
  fields: {
    errorCode: int16,
    errorMessage: string.nullable(),
    authBytes: bytes,
    sessionLifetimeMs: int64.since(1),
  },
})
export interface SaslAuthenticateResponse extends Decoded<typeof saslAuthenticateResponse> {}
