import { type Decoded, int16, int32, message, string } from '../codec/schema.ts'

/** What stands before every request and response. */
export const requestHeader = message({
  name: 'RequestHeader',
  versions: [1, 2],
  flexible: 2,
  fields: {
    requestApiKey: int16,
    requestApiVersion: int16,
    correlationId: int32,
    clientId: string.nullable().inflexible(),
  },
})
export interface RequestHeader extends Decoded<typeof requestHeader> {}

export const responseHeader = message({
  name: 'ResponseHeader',
  versions: [0, 1],
  flexible: 1,
  fields: { correlationId: int32 },
})
export interface ResponseHeader extends Decoded<typeof responseHeader> {}
