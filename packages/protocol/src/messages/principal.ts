import { bool, type Decoded, message, string } from '../codec/schema.ts'

/** The serialized principal of a forwarded request. */
export const defaultPrincipalData = message({
  name: 'DefaultPrincipalData',
  versions: [0, 0],
  flexible: 0,
  fields: { type: string, name: string, tokenAuthenticated: bool },
})
export interface DefaultPrincipalData extends Decoded<typeof defaultPrincipalData> {}
