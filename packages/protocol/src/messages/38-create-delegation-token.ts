import { array, bytes, type Decoded, int16, int32, int64, message, string } from '../codec/schema.ts'

/** CreateDelegationToken (38): create a delegation token. KIP-48. */
export const createDelegationTokenRequest = message({
  name: 'CreateDelegationTokenRequest',
  api: 38,
  versions: [1, 3],
  flexible: 2,
  fields: {
    ownerPrincipalType: string.since(3).nullable(),
    ownerPrincipalName: string.since(3).nullable(),
    renewers: array({ principalType: string, principalName: string }),
    maxLifetimeMs: int64,
  },
})
export interface CreateDelegationTokenRequest extends Decoded<typeof createDelegationTokenRequest> {}

export const createDelegationTokenResponse = message({
  name: 'CreateDelegationTokenResponse',
  api: 38,
  versions: [1, 3],
  flexible: 2,
  fields: {
    errorCode: int16,
    principalType: string,
    principalName: string,
    tokenRequesterPrincipalType: string.since(3),
    tokenRequesterPrincipalName: string.since(3),
    issueTimestampMs: int64,
    expiryTimestampMs: int64,
    maxTimestampMs: int64,
    tokenId: string,
    hmac: bytes,
    throttleTimeMs: int32,
  },
})
export interface CreateDelegationTokenResponse extends Decoded<typeof createDelegationTokenResponse> {}
