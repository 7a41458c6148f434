import { syncGroupRequest, syncGroupResponse } from '@ottla/protocol'
import { handler } from '../handler.ts'
import { groupClient } from './group-client.ts'

// SyncGroup (14), v0-5: the leader hands out the assignment of a classic group, the others receive it.
// v3 groupInstanceId (KIP-345). v4 flexible. v5 protocolType, protocolName (KIP-559).
export const syncGroup = handler(syncGroupRequest, syncGroupResponse, (request, context) =>
  context.groups.syncGroup(request, groupClient(context)),
)
