import { describeGroupsRequest, describeGroupsResponse, ErrorCode } from '@ottla/protocol'
import { handler, type RequestContext } from '../handler.ts'
import { groupOperations, operationsNotAsked } from './authorized-operations.ts'

const notFoundSince = 6

// DescribeGroups (15), v0-6: state and members of classic groups. v3 authorized operations (KIP-430).
// v4 groupInstanceId. v5 flexible. v6 GROUP_ID_NOT_FOUND and errorMessage (KIP-1043).
export const describeGroups = handler(describeGroupsRequest, describeGroupsResponse, async (request, context) => {
  const authorizedOperations = request.includeAuthorizedOperations ? groupOperations : operationsNotAsked
  const groups = await Promise.all(
    request.groups.map(async (groupId) => ({ authorizedOperations, ...(await describeGroup(groupId, context)) })),
  )
  return { groups }
})

async function describeGroup(groupId: string, context: RequestContext) {
  const described = await context.groups.describeGroup(groupId)
  if (described !== undefined) return described
  const dead = { errorCode: ErrorCode.NONE, groupId, groupState: 'Dead' }
  if (context.apiVersion < notFoundSince) return dead
  const error = { errorCode: ErrorCode.GROUP_ID_NOT_FOUND, errorMessage: `Group ${groupId} not found.` }
  return { ...dead, ...error, authorizedOperations: operationsNotAsked }
}
