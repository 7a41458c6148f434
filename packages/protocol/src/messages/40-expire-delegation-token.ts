import { bytes, type Decoded, int16, int32, int64, message } from '../codec/schema.ts'

/** ExpireDelegationToken (40): let a delegation token expire. KIP-48. */
export const expireDelegationTokenRequest = message({
  name: 'ExpireDelegationTokenRequest',
  api: 40,
  versions: [1, 2],
  flexible: 2,
  fields: { hmac: bytes, expiryTimePeriodMs: int64 },
})
export interface ExpireDelegationTokenRequest extends Decoded<typeof expireDelegationTokenRequest> {}

export const expireDelegationTokenResponse = message({
  name: 'ExpireDelegationTokenResponse',
  api: 40,
  versions: [1, 2],
  flexible: 2,
  fields: { errorCode: int16, expiryTimestampMs: int64, throttleTimeMs: int32 },
})
export interface ExpireDelegationTokenResponse extends Decoded<typeof expireDelegationTokenResponse> {}
