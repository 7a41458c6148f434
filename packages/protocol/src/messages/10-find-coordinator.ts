import { array, type Decoded, int8, int16, int32, message, string } from '../codec/schema.ts'

/** FindCoordinator (10): which broker coordinates a group, a transaction or a share partition. KIP-699, 932. */
export const findCoordinatorRequest = message({
  name: 'FindCoordinatorRequest',
  api: 10,
  versions: [0, 6],
  flexible: 3,
  fields: { key: string.until(3), keyType: int8.since(1), coordinatorKeys: array(string).since(4) },
})
export interface FindCoordinatorRequest extends Decoded<typeof findCoordinatorRequest> {}

export const findCoordinatorResponse = message({
  name: 'FindCoordinatorResponse',
  api: 10,
  versions: [0, 6],
  flexible: 3,
  fields: {
    throttleTimeMs: int32.since(1),
    errorCode: int16.until(3),
    errorMessage: string.since(1).until(3).nullable(),
    nodeId: int32.until(3),
    host: string.until(3),
    port: int32.until(3),
    coordinators: array({
      key: string,
      nodeId: int32,
      host: string,
      port: int32,
      errorCode: int16,
      errorMessage: string.nullable(),
    }).since(4),
  },
})
export interface FindCoordinatorResponse extends Decoded<typeof findCoordinatorResponse> {}
