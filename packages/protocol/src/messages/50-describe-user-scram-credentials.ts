import { array, type Decoded, int8, int16, int32, message, string } from '../codec/schema.ts'

/** DescribeUserScramCredentials (50): list users' SCRAM credentials. KIP-554. */
export const describeUserScramCredentialsRequest = message({
  name: 'DescribeUserScramCredentialsRequest',
  api: 50,
  versions: [0, 0],
  flexible: 0,
  fields: {
    users: array({ name: string }).nullable(),
  },
})
export interface DescribeUserScramCredentialsRequest extends Decoded<typeof describeUserScramCredentialsRequest> {}

export const describeUserScramCredentialsResponse = message({
  name: 'DescribeUserScramCredentialsResponse',
  api: 50,
  versions: [0, 0],
  flexible: 0,
  fields: {
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: string.nullable(),
    results: array({
      user: string,
      errorCode: int16,
      errorMessage: string.nullable(),
      credentialInfos: array({ mechanism: int8, iterations: int32 }),
    }),
  },
})
export interface DescribeUserScramCredentialsResponse extends Decoded<typeof describeUserScramCredentialsResponse> {}
