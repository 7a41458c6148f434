import { array, type Decoded, int16, int32, message, string } from '../codec/schema.ts'

/** DeleteGroups (42): delete groups that have no members. KIP-229. */
export const deleteGroupsRequest = message({
  name: 'DeleteGroupsRequest',
  api: 42,
  versions: [0, 2],
  flexible: 2,
  fields: { groupsNames: array(string) },
})
export interface DeleteGroupsRequest extends Decoded<typeof deleteGroupsRequest> {}

export const deleteGroupsResponse = message({
  name: 'DeleteGroupsResponse',
  api: 42,
  versions: [0, 2],
  flexible: 2,
  fields: {
    throttleTimeMs: int32,
    results: array({ groupId: string, errorCode: int16 }),
  },
})
export interface DeleteGroupsResponse extends Decoded<typeof deleteGroupsResponse> {}
