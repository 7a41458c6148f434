import { bytes, type Decoded, int16, int32, int64, message } from '../codec/schema.ts'

/** RenewDelegationToken (39): renew a delegation token. KIP-48. */
export const renewDelegationTokenRequest = message({
  name: 'RenewDelegationTokenRequest',
  api: 39,
  versions: [1, 2],
  flexible: 2,
  fields: { hmac: bytes, renewPeriodMs: int64 },
})
export interface RenewDelegationTokenRequest extends Decoded<typeof renewDelegationTokenRequest> {}

export const renewDelegationTokenResponse = message({
  name: 'RenewDelegationTokenResponse',
  api: 39,
  versions: [1, 2],
  flexible: 2,
  fields: { errorCode: int16, expiryTimestampMs: int64, throttleTimeMs: int32 },
})
export interface RenewDelegationTokenResponse extends Decoded<typeof renewDelegationTokenResponse> {}
