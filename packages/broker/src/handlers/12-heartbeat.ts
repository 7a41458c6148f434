import { heartbeatRequest, heartbeatResponse } from '@ottla/protocol'
import { handler } from '../handler.ts'
import { groupClient } from './group-client.ts'

// Heartbeat (12), v0-4: a member of a classic group says that it is alive.
// v1 throttleTimeMs. v3 groupInstanceId (KIP-345). v4 flexible.
export const heartbeat = handler(heartbeatRequest, heartbeatResponse, async (request, context) => ({
  errorCode: await context.groups.heartbeat(request, groupClient(context)),
}))
