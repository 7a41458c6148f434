import {
  alterConfigsRequest,
  alterConfigsResponse,
  describeConfigsRequest,
  describeConfigsResponse,
} from '@ottla/protocol'
import type { AdminRequests, Target } from '../../admin/admin-requests.ts'
import { ConfigResourceTypes, ConfigSource } from '../enums.ts'
import { KafkaJSNonRetriableError } from '../errors.ts'
import { throwProtocolError } from '../translated-error.ts'
import type { ConfigEntries, DescribeConfigResponse, IResourceConfig, ResourceConfigQuery } from '../types/configs.ts'
import type { AdminCalls } from './admin-calls.ts'
import { checkResources } from './checks.ts'

const types = Object.values(ConfigResourceTypes) as unknown as number[]

export async function describeConfigs(
  calls: AdminCalls,
  { resources, includeSynonyms = false }: { resources: ResourceConfigQuery[]; includeSynonyms: boolean },
): Promise<DescribeConfigResponse> {
  checkResources(resources, types)
  const wrong = resources.find(({ configNames }) => configNames != null && !Array.isArray(configNames))
  if (wrong !== undefined)
    throw new KafkaJSNonRetriableError(`Invalid resource configNames ${wrong.configNames}: ${JSON.stringify(wrong)}`)
  return calls.call('describe configs', ['NOT_CONTROLLER'], async (requests) => {
    const answers = await forEachTarget(resources, async (target, some) => {
      const asked = some.map(({ type, name, configNames }) => ({
        resourceType: type,
        resourceName: name,
        configurationKeys: configNames ?? null,
      }))
      const body = { resources: asked, includeSynonyms }
      const { results } = await requests.send(target, describeConfigsRequest, describeConfigsResponse, body)
      return results.map(({ errorCode, errorMessage, resourceType, resourceName, configs }) => {
        throwProtocolError(errorCode)
        const configEntries = configs.map(configEntry)
        return { errorCode, errorMessage, resourceType, resourceName, configEntries }
      })
    })
    // kafkajs declares more than it gives.
    return { resources: answers } as unknown as DescribeConfigResponse
  })
}

function configEntry(config: {
  name: string
  value: string | null
  readOnly: boolean
  configSource: number
  isSensitive: boolean
  synonyms: { name: string; value: string | null; source: number }[]
}): ConfigEntries {
  return {
    configName: config.name,
    configValue: config.value as string,
    readOnly: config.readOnly,
    isDefault: config.configSource === ConfigSource.DEFAULT_CONFIG,
    configSource: config.configSource as ConfigSource,
    isSensitive: config.isSensitive,
    configSynonyms: config.synonyms.map(({ name, value, source }) => ({
      configName: name,
      configValue: value as string,
      configSource: source as ConfigSource,
    })),
  }
}

/** Replaces all that was set before: what is left out goes back to its default. */
export async function alterConfigs(
  calls: AdminCalls,
  { resources, validateOnly = false }: { resources: IResourceConfig[]; validateOnly: boolean },
): Promise<{ resources: object[] }> {
  checkResources(resources, types)
  checkConfigs(resources)
  return calls.call('alter configs', ['NOT_CONTROLLER'], async (requests: AdminRequests) => {
    const answers = await forEachTarget(resources, async (target, some) => {
      const altered = some.map(({ type, name, configEntries }) => ({
        resourceType: type,
        resourceName: name,
        configs: configEntries,
      }))
      const body = { resources: altered, validateOnly: Boolean(validateOnly) }
      const { responses } = await requests.send(target, alterConfigsRequest, alterConfigsResponse, body)
      for (const { errorCode } of responses) throwProtocolError(errorCode)
      return responses
    })
    return { resources: answers }
  })
}

function checkConfigs(resources: readonly IResourceConfig[]): void {
  const wrong = resources.find(({ configEntries }) => !Array.isArray(configEntries))
  if (wrong !== undefined)
    throw new KafkaJSNonRetriableError(
      `Invalid resource configEntries ${wrong.configEntries}: ${JSON.stringify(wrong)}`,
    )
  const isWrong = ({ name, value }: { name: unknown; value: unknown }) =>
    typeof name !== 'string' || typeof value !== 'string'
  const wrongValue = resources.find(({ configEntries }) => configEntries.some(isWrong))
  if (wrongValue !== undefined)
    throw new KafkaJSNonRetriableError(`Invalid resource config value: ${JSON.stringify(wrongValue)}`)
}

/** A broker knows its own configuration only; the controller knows all others. */
async function forEachTarget<R extends { readonly type: number; readonly name: string }, A>(
  resources: readonly R[],
  ask: (target: Target, resources: readonly R[]) => Promise<A[]>,
): Promise<A[]> {
  const byTarget = new Map<string, { target: Target; some: R[] }>()
  for (const resource of resources) {
    const isBroker = resource.type === ConfigResourceTypes.BROKER || resource.type === ConfigResourceTypes.BROKER_LOGGER
    const key = isBroker ? resource.name : 'controller'
    const target = isBroker ? { broker: Number(resource.name) } : 'controller'
    if (!byTarget.has(key)) byTarget.set(key, { target, some: [] })
    byTarget.get(key)!.some.push(resource)
  }
  return (await Promise.all([...byTarget.values()].map(({ target, some }) => ask(target, some)))).flat()
}
