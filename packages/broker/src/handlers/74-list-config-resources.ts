import { ErrorCode, listConfigResourcesRequest, listConfigResourcesResponse } from '@ottla/protocol'
import { handler, type RequestContext } from '../handler.ts'
import { resourceTypeCode } from './config-codes.ts'

const allTypes: readonly number[] = Object.values(resourceTypeCode)

// ListConfigResources (74), v0-1: what has settings (KIP-1142). v0 knows client metrics only, of which there are none.
export const listConfigResources = handler(
  listConfigResourcesRequest,
  listConfigResourcesResponse,
  (request, context) => {
    if (context.apiVersion === 0) return { errorCode: ErrorCode.NONE, configResources: [] }
    const types = request.resourceTypes.length === 0 ? allTypes : [...new Set(request.resourceTypes)]
    if (types.some((type) => !allTypes.includes(type))) {
      return { errorCode: ErrorCode.UNSUPPORTED_VERSION, configResources: [] }
    }
    const configResources = types.flatMap((resourceType) =>
      namesOf(resourceType, context).map((resourceName) => ({ resourceName, resourceType })),
    )
    return { errorCode: ErrorCode.NONE, configResources }
  },
)

function namesOf(type: number, { cluster, brokerId }: RequestContext): readonly string[] {
  switch (type) {
    case resourceTypeCode.topic:
      return [...cluster.image.topics.keys()]
    case resourceTypeCode.broker:
    case resourceTypeCode.brokerLogger:
      return [String(brokerId)]
    case resourceTypeCode.group:
      return [...cluster.image.dynamicConfigs.keys()]
        .filter((key) => key.startsWith('group/'))
        .map((key) => key.slice('group/'.length))
    default:
      return []
  }
}
