import { replacementOf } from '@ottla/cluster'
import { alterConfigsRequest, alterConfigsResponse, KafkaError } from '@ottla/protocol'
import { handler } from '../handler.ts'
import { alteredResources } from './altered-resources.ts'

// AlterConfigs (33), v0-2: replaces all settings of a resource; what is not named goes back to its default. v2 flexible.
export const alterConfigs = handler(alterConfigsRequest, alterConfigsResponse, async (request, context) => {
  const responses = await alteredResources(request, context, (resource, { configs }) => {
    const wanted = new Map<string, string>()
    for (const { name, value } of configs) {
      if (value === null) throw new KafkaError('INVALID_REQUEST', `Null value not supported for : ${name}`)
      wanted.set(name, value)
    }
    return replacementOf(resource, wanted, context.configs, context.cluster.image)
  })
  return { responses }
})
