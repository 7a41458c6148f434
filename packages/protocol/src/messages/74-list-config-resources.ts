import { array, type Decoded, int8, int16, int32, message, string } from '../codec/schema.ts'

/** ListConfigResources (74): list resources that have settings. KIP-1142. */
export const listConfigResourcesRequest = message({
  name: 'ListConfigResourcesRequest',
  api: 74,
  versions: [0, 1],
  flexible: 0,
  fields: { resourceTypes: array(int8).since(1) },
})
export interface ListConfigResourcesRequest extends Decoded<typeof listConfigResourcesRequest> {}

export const listConfigResourcesResponse = message({
  name: 'ListConfigResourcesResponse',
  api: 74,
  versions: [0, 1],
  flexible: 0,
  fields: {
    throttleTimeMs: int32,
    errorCode: int16,
    configResources: array({ resourceName: string, resourceType: int8.since(1).default(16) }),
  },
})
export interface ListConfigResourcesResponse extends Decoded<typeof listConfigResourcesResponse> {}
