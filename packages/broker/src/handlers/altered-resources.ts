import type { ConfigChanges, ConfigResource } from '@ottla/cluster'
import { ErrorCode, KafkaError } from '@ottla/protocol'
import type { RequestContext } from '../handler.ts'
import { resourceTypeCode } from './config-codes.ts'
import { existingResource } from './config-resource.ts'
import { duplicatesOf, failedItem } from './failed-item.ts'

interface Resource {
  readonly resourceType: number
  readonly resourceName: string
  readonly configs: readonly { readonly name: string }[]
}

/**
 * What the two ways of altering settings share: each resource is judged and changed by itself, and a resource or a
 * setting that is named twice is refused, because it is not said which of the two is meant.
 */
export async function alteredResources<R extends Resource>(
  request: { readonly resources: readonly R[]; readonly validateOnly: boolean },
  context: RequestContext,
  judge: (resource: ConfigResource, wanted: R) => ConfigChanges,
) {
  const duplicates = duplicatesOf(request.resources.map(keyOf))
  return Promise.all(
    request.resources.map(async (wanted) => {
      const { resourceType, resourceName } = wanted
      try {
        if (duplicates.has(keyOf(wanted))) {
          throw new KafkaError('INVALID_REQUEST', 'Each resource must appear at most once.')
        }
        if (duplicatesOf(wanted.configs.map(({ name }) => name)).size > 0) {
          throw new KafkaError('INVALID_REQUEST', 'Error due to duplicate config keys')
        }
        if (resourceType === resourceTypeCode.topic && resourceName === '') {
          throw new KafkaError('INVALID_REQUEST', 'Default topic resources are not allowed.')
        }
        const resource = existingResource(resourceType, resourceName, context)
        const changes = judge(resource, wanted)
        if (!request.validateOnly && changes.size > 0) await context.cluster.alterConfigs(resource, changes)
        return { errorCode: ErrorCode.NONE, errorMessage: null, resourceType, resourceName }
      } catch (error) {
        return { ...failedItem(error, context), resourceType, resourceName }
      }
    }),
  )
}

const keyOf = ({ resourceType, resourceName }: Resource) => `${resourceType}/${resourceName}`
