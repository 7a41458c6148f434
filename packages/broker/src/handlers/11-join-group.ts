import { ErrorCode, joinGroupRequest, joinGroupResponse } from '@ottla/protocol'
import { handler } from '../handler.ts'
import { groupClient } from './group-client.ts'

const nullProtocolSince = 7

// JoinGroup (11), v0-9: become a member of a classic group, or rejoin it. v1 rebalanceTimeoutMs. v4 a member id is
// required (KIP-394). v5 groupInstanceId (KIP-345). v6 flexible. v7 protocolType. v8 reason (KIP-800). v9 skipAssignment (KIP-814).
export const joinGroup = handler(joinGroupRequest, joinGroupResponse, async (request, context) => {
  // Answered when the generation begins: that may take as long as the longest rebalance timeout of the group.
  const response = await context.groups.joinGroup(request, groupClient(context))
  const failed = response.errorCode !== ErrorCode.NONE
  const protocolName = failed && context.apiVersion >= nullProtocolSince ? null : (response.protocolName ?? '')
  return { ...response, protocolName }
})
