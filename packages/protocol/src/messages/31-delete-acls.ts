import { array, type Decoded, int8, int16, int32, message, string } from '../codec/schema.ts'

/** DeleteAcls (31): delete access control entries. KIP-140. */
export const deleteAclsRequest = message({
  name: 'DeleteAclsRequest',
  api: 31,
  versions: [1, 3],
  flexible: 2,
  fields: {
    filters: array({
      resourceTypeFilter: int8,
      resourceNameFilter: string.nullable(),
      patternTypeFilter: int8.default(3),
      principalFilter: string.nullable(),
      hostFilter: string.nullable(),
      operation: int8,
      permissionType: int8,
    }),
  },
})
export interface DeleteAclsRequest extends Decoded<typeof deleteAclsRequest> {}

export const deleteAclsResponse = message({
  name: 'DeleteAclsResponse',
  api: 31,
  versions: [1, 3],
  flexible: 2,
  fields: {
    throttleTimeMs: int32,
    filterResults: array({
      errorCode: int16,
      errorMessage: string.nullable(),
      matchingAcls: array({
        errorCode: int16,
        errorMessage: string.nullable(),
        resourceType: int8,
        resourceName: string,
        patternType: int8.default(3),
        principal: string,
        host: string,
        operation: int8,
        permissionType: int8,
      }),
    }),
  },
})
export interface DeleteAclsResponse extends Decoded<typeof deleteAclsResponse> {}
