import { ErrorCode, leaveGroupRequest, leaveGroupResponse } from '@ottla/protocol'
import { handler } from '../handler.ts'

const batchedSince = 3

// LeaveGroup (13), v0-5: members leave a classic group. v3 several members, static ones by their instance (KIP-345).
// v4 flexible. v5 reason (KIP-800).
export const leaveGroup = handler(leaveGroupRequest, leaveGroupResponse, async (request, context) => {
  const { groupId, memberId } = request
  const batched = context.apiVersion >= batchedSince
  const leaving = batched ? request.members : [{ memberId, groupInstanceId: null, reason: null }]
  const { errorCode, members } = await context.groups.leaveGroup(groupId, leaving)
  if (batched || errorCode !== ErrorCode.NONE) return { errorCode, members }
  return { errorCode: members[0]!.errorCode }
})
