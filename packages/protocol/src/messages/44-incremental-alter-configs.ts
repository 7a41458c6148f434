import { array, bool, type Decoded, int8, int16, int32, message, string } from '../codec/schema.ts'

/** IncrementalAlterConfigs (44): change single settings of resources. KIP-339. */
export const incrementalAlterConfigsRequest = message({
  name: 'IncrementalAlterConfigsRequest',
  api: 44,
  versions: [0, 1],
  flexible: 1,
  fields: {
    resources: array({
      resourceType: int8,
      resourceName: string,
      configs: array({ name: string, configOperation: int8, value: string.nullable() }),
    }),
    validateOnly: bool,
  },
})
export interface IncrementalAlterConfigsRequest extends Decoded<typeof incrementalAlterConfigsRequest> {}

export const incrementalAlterConfigsResponse = message({
  name: 'IncrementalAlterConfigsResponse',
  api: 44,
  versions: [0, 1],
  flexible: 1,
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
export interface IncrementalAlterConfigsResponse extends Decoded<typeof incrementalAlterConfigsResponse> {}
