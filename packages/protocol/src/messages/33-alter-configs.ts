import { array, bool, type Decoded, int8, int16, int32, message, string } from '../codec/schema.ts'

/** AlterConfigs (33): replace all dynamic settings of a resource. KIP-133; IncrementalAlterConfigs supersedes it. */
export const alterConfigsRequest = message({
  name: 'AlterConfigsRequest',
  api: 33,
  versions: [0, 2],
  flexible: 2,
  fields: {
    resources: array({
      resourceType: int8,
      resourceName: string,
      configs: array({ name: string, value: string.nullable() }),
    }),
    validateOnly: bool,
  },
})
export interface AlterConfigsRequest extends Decoded<typeof alterConfigsRequest> {}

export const alterConfigsResponse = message({
  name: 'AlterConfigsResponse',
  api: 33,
  versions: [0, 2],
  flexible: 2,
  fields: {
    throttleTimeMs: int32,
    responses: array({
      errorCode: int16,
      errorMessage: string.nullable(),
      resourceType: int8,
      resourceName: string,
    }),
  },
})
export interface AlterConfigsResponse extends Decoded<typeof alterConfigsResponse> {}
