import { ErrorCode, syncGroupRequest, syncGroupResponse } from '@ottla/protocol'
import { handler } from '../handler.ts'
import { groupClient } from './group-client.ts'

// SyncGroup (14), v0-5: the leader hands out the assignment of a classic group, the others receive it.
// v3 groupInstanceId (KIP-345). v4 flexible. v5 protocolType, protocolName (KIP-559), which have to be there.
export const syncGroup = handler(syncGroupRequest, syncGroupResponse, (request, context) => {
  const { protocolType, protocolName } = request
  if (context.apiVersion >= 5 && (protocolType === null || protocolName === null)) {
    return { errorCode: ErrorCode.INCONSISTENT_GROUP_PROTOCOL }
  }
  return context.groups.syncGroup(request, groupClient(context))
})
