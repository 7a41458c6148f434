import { deleteGroupsRequest, deleteGroupsResponse } from '@ottla/protocol'
import { handler } from '../handler.ts'

// DeleteGroups (42), v0-2: deletes groups without members, and their offsets (KIP-229). v2 flexible.
export const deleteGroups = handler(deleteGroupsRequest, deleteGroupsResponse, async (request, context) => ({
  results: await Promise.all(
    [...new Set(request.groupsNames)].map(async (groupId) => ({
      groupId,
      errorCode: await context.groups.deleteGroup(groupId),
    })),
  ),
}))
