import { array, type Decoded, int8, int16, int32, message, string } from '../codec/schema.ts'

/** CreateAcls (30): create access control entries. KIP-140. */
export const createAclsRequest = message({
  name: 'CreateAclsRequest',
  api: 30,
  versions: [1, 3],
  flexible: 2,
  fields: {
    creations: array({
      resourceType: int8,
      resourceName: string,
      resourcePatternType: int8.default(3),
      principal: string,
      host: string,
      operation: int8,
      permissionType: int8,
    }),
  },
})
export interface CreateAclsRequest extends Decoded<typeof createAclsRequest> {}

export const createAclsResponse = message({
  name: 'CreateAclsResponse',
  api: 30,
  versions: [1, 3],
  flexible: 2,
  fields: {
    throttleTimeMs: int32,
    results: array({ errorCode: int16, errorMessage: string.nullable() }),
  },
})
export interface CreateAclsResponse extends Decoded<typeof createAclsResponse> {}
