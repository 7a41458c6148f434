import { ErrorCode, listGroupsRequest, listGroupsResponse } from '@ottla/protocol'
import { handler } from '../handler.ts'

// ListGroups (16), v0-5: all groups of a broker. v3 flexible. v4 states filter (KIP-518). v5 types filter (KIP-848).
export const listGroups = handler(listGroupsRequest, listGroupsResponse, async (request, context) => {
  const groups = await context.groups.listGroups()
  const states = lowerCase(request.statesFilter)
  const types = lowerCase(request.typesFilter)
  return {
    errorCode: ErrorCode.NONE,
    groups: groups.filter(
      ({ groupState, groupType }) =>
        (states.size === 0 || states.has(groupState.toLowerCase())) &&
        (types.size === 0 || types.has(groupType.toLowerCase())),
    ),
  }
})

const lowerCase = (names: readonly string[]) => new Set(names.map((name) => name.toLowerCase()))
