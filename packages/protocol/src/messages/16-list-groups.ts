import { array, type Decoded, int16, int32, message, string } from '../codec/schema.ts'

/** ListGroups (16): all groups of a broker, by state and type. KIP-518, 848. */
export const listGroupsRequest = message({
  name: 'ListGroupsRequest',
  api: 16,
  versions: [0, 5],
  flexible: 3,
  fields: { statesFilter: array(string).since(4), typesFilter: array(string).since(5) },
})
export interface ListGroupsRequest extends Decoded<typeof listGroupsRequest> {}

export const listGroupsResponse = message({
  name: 'ListGroupsResponse',
  api: 16,
  versions: [0, 5],
  flexible: 3,
  fields: {
    throttleTimeMs: int32.since(1),
    errorCode: int16,
    groups: array({
      groupId: string,
      protocolType: string,
      groupState: string.since(4),
      groupType: string.since(5),
    }),
  },
})
export interface ListGroupsResponse extends Decoded<typeof listGroupsResponse> {}
