import { bytes, type Decoded, int16, message } from '../../codec/schema.ts'

/** Envelope (58): a forwarded request. KIP-590. */
export const envelopeRequest = message({
  name: 'EnvelopeRequest',
  api: 58,
  versions: [0, 0],
  flexible: 0,
  fields: { requestData: bytes, requestPrincipal: bytes.nullable(), clientHostAddress: bytes },
})
export interface EnvelopeRequest extends Decoded<typeof envelopeRequest> {}

export const envelopeResponse = message({
  name: 'EnvelopeResponse',
  api: 58,
  versions: [0, 0],
  flexible: 0,
  fields: { responseData: bytes.nullable().default(null), errorCode: int16 },
})
export interface EnvelopeResponse extends Decoded<typeof envelopeResponse> {}
