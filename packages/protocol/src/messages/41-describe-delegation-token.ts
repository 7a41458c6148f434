import { array, bytes, type Decoded, int16, int32, int64, message, string } from '../codec/schema.ts'

/** DescribeDelegationToken (41): list delegation tokens. KIP-48. */
export const describeDelegationTokenRequest = message({
  name: 'DescribeDelegationTokenRequest',
  api: 41,
  versions: [1, 3],
  flexible: 2,
  fields: {
    owners: array({ principalType: string, principalName: string }).nullable(),
  },
})
export interface DescribeDelegationTokenRequest extends Decoded<typeof describeDelegationTokenRequest> {}

export const describeDelegationTokenResponse = message({
  name: 'DescribeDelegationTokenResponse',
  api: 41,
  versions: [1, 3],
  flexible: 2,
  fields: {
    errorCode: int16,
    tokens: array({
      principalType: string,
      principalName: string,
      tokenRequesterPrincipalType: string.since(3),
      tokenRequesterPrincipalName: string.since(3),
      issueTimestamp: int64,
      expiryTimestamp: int64,
      maxTimestamp: int64,
      tokenId: string,
      hmac: bytes,
      renewers: array({ principalType: string, principalName: string }),
    }),
    throttleTimeMs: int32,
  },
})
export interface DescribeDelegationTokenResponse extends Decoded<typeof describeDelegationTokenResponse> {}
