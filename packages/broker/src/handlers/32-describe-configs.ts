import { type DescribedConfig, describeConfigs as describedConfigs } from '@ottla/cluster'
import { describeConfigsRequest, describeConfigsResponse, ErrorCode } from '@ottla/protocol'
import { handler } from '../handler.ts'
import { configSourceCode, configTypeCode } from './config-codes.ts'
import { existingResource } from './config-resource.ts'
import { failedItem } from './failed-item.ts'

// DescribeConfigs (32), v1-4: settings of topics, brokers and groups, and where they come from (KIP-226).
// v3 types and documentation (KIP-569). v4 flexible.
export const describeConfigs = handler(describeConfigsRequest, describeConfigsResponse, (request, context) => {
  const { configs, cluster } = context
  const results = request.resources.map(({ resourceType, resourceName, configurationKeys }) => {
    try {
      const resource = existingResource(resourceType, resourceName, context)
      const described = describedConfigs(resource, configurationKeys, configs, cluster.image)
      return {
        errorCode: ErrorCode.NONE,
        // Clients take null for an error that has lost its text.
        errorMessage: '',
        resourceType,
        resourceName,
        configs: described.map((config) => configItem(config, request)),
      }
    } catch (error) {
      return { ...failedItem(error, context), resourceType, resourceName, configs: [] }
    }
  })
  return { results }
})

interface Wishes {
  readonly includeSynonyms: boolean
  readonly includeDocumentation: boolean
}

const configItem = ({ definition, synonyms, ...config }: DescribedConfig, wishes: Wishes) => ({
  name: definition.name,
  value: config.value,
  readOnly: config.readOnly,
  configSource: configSourceCode(config.source),
  isSensitive: config.sensitive,
  synonyms: wishes.includeSynonyms
    ? synonyms.map(({ name, value, source }) => ({ name, value, source: configSourceCode(source) }))
    : [],
  configType: configTypeCode(definition.type),
  documentation: wishes.includeDocumentation ? definition.documentation : null,
})
