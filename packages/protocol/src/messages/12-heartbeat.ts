import { type Decoded, int16, int32, message, string } from '../codec/schema.ts'

/** Heartbeat (12): a member of a classic group says that it is alive. */
export const heartbeatRequest = message({
  name: 'HeartbeatRequest',
  api: 12,
  versions: [0, 4],
  flexible: 4,
  fields: {
    groupId: string,
    generationId: int32,
    memberId: string,
    groupInstanceId: string.since(3).nullable().default(null),
  },
})
export interface HeartbeatRequest extends Decoded<typeof heartbeatRequest> {}

export const heartbeatResponse = message({
  name: 'HeartbeatResponse',
  api: 12,
  versions: [0, 4],
  flexible: 4,
  fields: { throttleTimeMs: int32.since(1), errorCode: int16 },
})
export interface HeartbeatResponse extends Decoded<typeof heartbeatResponse> {}
