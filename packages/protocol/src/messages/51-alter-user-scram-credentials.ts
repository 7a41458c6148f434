import { array, bytes, type Decoded, int8, int16, int32, message, string } from '../codec/schema.ts'

/** AlterUserScramCredentials (51): change users' SCRAM credentials. KIP-554. */
export const alterUserScramCredentialsRequest = message({
  name: 'AlterUserScramCredentialsRequest',
  api: 51,
  versions: [0, 0],
  flexible: 0,
  fields: {
    deletions: array({ name: string, mechanism: int8 }),
    upsertions: array({
      name: string,
      mechanism: int8,
      iterations: int32,
      salt: bytes,
      saltedPassword: bytes,
    }),
  },
})
export interface AlterUserScramCredentialsRequest extends Decoded<typeof alterUserScramCredentialsRequest> {}

export const alterUserScramCredentialsResponse = message({
  name: 'AlterUserScramCredentialsResponse',
  api: 51,
  versions: [0, 0],
  flexible: 0,
  fields: {
    throttleTimeMs: int32,
    results: array({ user: string, errorCode: int16, errorMessage: string.nullable() }),
  },
})
export interface AlterUserScramCredentialsResponse extends Decoded<typeof alterUserScramCredentialsResponse> {}
