import { array, type Decoded, int8, int16, int32, message, string } from '../codec/schema.ts'

/** DescribeAcls (29): list access control entries. KIP-140. */
export const describeAclsRequest = message({
  name: 'DescribeAclsRequest',
  api: 29,
  versions: [1, 3],
  flexible: 2,
  fields: {
    resourceTypeFilter: int8,
    resourceNameFilter: string.nullable(),
    patternTypeFilter: int8.default(3),
    principalFilter: string.nullable(),
    hostFilter: string.nullable(),
    operation: int8,
    permissionType: int8,
  },
})
export interface DescribeAclsRequest extends Decoded<typeof describeAclsRequest> {}

export const describeAclsResponse = message({
  name: 'DescribeAclsResponse',
  api: 29,
  versions: [1, 3],
  flexible: 2,
  fields: {
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: string.nullable(),
    resources: array({
      resourceType: int8,
      resourceName: string,
      patternType: int8.default(3),
      acls: array({ principal: string, host: string, operation: int8, permissionType: int8 }),
    }),
  },
})
export interface DescribeAclsResponse extends Decoded<typeof describeAclsResponse> {}
