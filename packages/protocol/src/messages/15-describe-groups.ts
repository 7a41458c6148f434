import { array, bool, bytes, type Decoded, int16, int32, message, string } from '../codec/schema.ts'

/** DescribeGroups (15): state and members of classic groups. */
export const describeGroupsRequest = message({
  name: 'DescribeGroupsRequest',
  api: 15,
  versions: [0, 6],
  flexible: 5,
  fields: { groups: array(string), includeAuthorizedOperations: bool.since(3) },
})
export interface DescribeGroupsRequest extends Decoded<typeof describeGroupsRequest> {}

export const describeGroupsResponse = message({
  name: 'DescribeGroupsResponse',
  api: 15,
  versions: [0, 6],
  flexible: 5,
  fields: {
    throttleTimeMs: int32.since(1),
    groups: array({
      errorCode: int16,
      errorMessage: string.since(6).nullable().default(null),
      groupId: string,
      groupState: string,
      protocolType: string,
      protocolData: string,
      members: array({
        memberId: string,
        groupInstanceId: string.since(4).nullable().default(null),
        clientId: string,
        clientHost: string,
        memberMetadata: bytes,
        memberAssignment: bytes,
      }),
      authorizedOperations: int32.since(3).default(-2147483648),
    }),
  },
})
export interface DescribeGroupsResponse extends Decoded<typeof describeGroupsResponse> {}
