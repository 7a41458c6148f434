import {
  describeConfigsRequest,
  describeConfigsResponse,
  incrementalAlterConfigsRequest,
  incrementalAlterConfigsResponse,
  listConfigResourcesRequest,
  listConfigResourcesResponse,
} from '@ottla/protocol'
import type { AdminCallOptions, AdminRequests, Outcome, Target } from './admin-requests.ts'

const resourceTypes = { topic: 2, broker: 4, brokerLogger: 8, clientMetrics: 16, group: 32 } as const
/** Whose settings: `topic`, `broker`, `brokerLogger`, `clientMetrics` (KIP-714) or `group` (KIP-848). */
export type ConfigResourceType = keyof typeof resourceTypes

/** What settings belong to. A broker is named by its id; an empty name stands for all brokers. */
export interface ConfigResource {
  readonly type: ConfigResourceType
  /** The name of a topic or group, or the id of a broker; empty: the default of all brokers. */
  readonly name: string
}

const sources = [
  'unknown',
  'dynamicTopicConfig',
  'dynamicBrokerConfig',
  'dynamicDefaultBrokerConfig',
  'staticBrokerConfig',
  'defaultConfig',
  'dynamicBrokerLoggerConfig',
  'clientMetricsConfig',
  'groupConfig',
] as const
/** Where the value of a setting comes from; the first that has one wins. */
export type ConfigSource = (typeof sources)[number]

const valueTypes = [
  'unknown',
  'boolean',
  'string',
  'int',
  'short',
  'long',
  'double',
  'list',
  'class',
  'password',
] as const
/** What kind of value a setting takes. */
export type ConfigType = (typeof valueTypes)[number]

/** One place where the value of a setting could come from. */
export interface ConfigSynonym {
  readonly name: string
  readonly value: string | null
  readonly source: ConfigSource
}

/** A setting and its value. */
export interface ConfigEntry extends ConfigSynonym {
  readonly isReadOnly: boolean
  /** The value is kept secret: null. */
  readonly isSensitive: boolean
  readonly isDefault: boolean
  readonly type: ConfigType
  /** Where the value could come from, the first one wins; only if asked for. */
  readonly synonyms: readonly ConfigSynonym[]
  /** Kafka's text, only if asked for. */
  readonly documentation: string | null
}

/** What else to tell of settings (KIP-226, KIP-569). */
export interface DescribeConfigsOptions extends AdminCallOptions {
  readonly includeSynonyms?: boolean
  readonly includeDocumentation?: boolean
}

/** A resource, with only some of its settings if `keys` are given. */
export interface DescribeConfigsQuery extends ConfigResource {
  /** Only these settings; all, if it is left out. */
  readonly keys?: readonly string[]
}

export interface ResourceConfigs extends ConfigResource {
  readonly configs: ReadonlyMap<string, ConfigEntry>
}

export async function describeConfigs(
  requests: AdminRequests,
  resources: readonly DescribeConfigsQuery[],
  options: DescribeConfigsOptions = {},
): Promise<ResourceConfigs[]> {
  const byKey = new Map(resources.map((resource) => [keyOf(resource), resource]))
  const described = await requests.askEach<string, ResourceConfigs>(
    { what: 'describing configs', keys: [...byKey.keys()], options },
    async (keys) => {
      const groups = byTarget(keys.map((key) => byKey.get(key)!))
      const outcomes = await Promise.all(
        groups.map(({ target, resources }) => describeAt(requests, target, resources, options)),
      )
      return outcomes.flat()
    },
  )
  return [...described.values()]
}

async function describeAt(
  requests: AdminRequests,
  target: Target,
  resources: readonly DescribeConfigsQuery[],
  options: DescribeConfigsOptions,
): Promise<[string, Outcome<ResourceConfigs>][]> {
  const answer = await requests.send(target, describeConfigsRequest, describeConfigsResponse, {
    resources: resources.map(({ type, name, keys }) => ({
      resourceType: resourceTypes[type],
      resourceName: name,
      configurationKeys: keys ?? null,
    })),
    includeSynonyms: options.includeSynonyms ?? false,
    includeDocumentation: options.includeDocumentation ?? false,
  })
  return answer.results.map((result) => {
    const resource = resourceOf(result)
    const configs = new Map(result.configs.map((config) => [config.name, entryOf(config)]))
    return [keyOf(resource), requests.outcome(target, result, contextOf(resource), { ...resource, configs })]
  })
}

type AnsweredConfig = (typeof describeConfigsResponse.fields.results.type)[number]['configs'][number]

const entryOf = (config: AnsweredConfig): ConfigEntry => ({
  name: config.name,
  value: config.value,
  source: sourceOf(config.configSource),
  isReadOnly: config.readOnly,
  isSensitive: config.isSensitive,
  isDefault: sourceOf(config.configSource) === 'defaultConfig',
  type: valueTypes[config.configType] ?? 'unknown',
  synonyms: config.synonyms.map(({ name, value, source }) => ({ name, value, source: sourceOf(source) })),
  documentation: config.documentation,
})

const sourceOf = (code: number): ConfigSource => sources[code] ?? 'unknown'

const alterations = { set: 0, delete: 1, append: 2, subtract: 3 } as const

/** Changes of one resource: what to set, and the settings that go back to their default. */
export interface ConfigChanges extends ConfigResource {
  readonly set?: Readonly<Record<string, string | number | boolean>>
  readonly delete?: readonly string[]
  /** Of settings that are lists. */
  readonly append?: Readonly<Record<string, string>>
  /** Takes elements out of settings that are lists. */
  readonly subtract?: Readonly<Record<string, string>>
}

/** Options of a change of settings. */
export interface AlterConfigsOptions extends AdminCallOptions {
  /** Only says whether it would work. */
  readonly validateOnly?: boolean
}

export async function incrementalAlterConfigs(
  requests: AdminRequests,
  changes: readonly ConfigChanges[],
  options: AlterConfigsOptions = {},
): Promise<void> {
  const byKey = new Map(changes.map((change) => [keyOf(change), change]))
  await requests.askEach<string, true>({ what: 'altering configs', keys: [...byKey.keys()], options }, async (keys) => {
    const groups = byTarget(keys.map((key) => byKey.get(key)!))
    const outcomes = await Promise.all(
      groups.map(({ target, resources }) => alterAt(requests, target, resources, options)),
    )
    return outcomes.flat()
  })
}

async function alterAt(
  requests: AdminRequests,
  target: Target,
  changes: readonly ConfigChanges[],
  options: AlterConfigsOptions,
): Promise<[string, Outcome<true>][]> {
  const answer = await requests.send(target, incrementalAlterConfigsRequest, incrementalAlterConfigsResponse, {
    resources: changes.map((change) => ({
      resourceType: resourceTypes[change.type],
      resourceName: change.name,
      configs: operationsOf(change),
    })),
    validateOnly: options.validateOnly ?? false,
  })
  return answer.responses.map((response) => {
    const resource = resourceOf(response)
    return [keyOf(resource), requests.outcome(target, response, contextOf(resource), true)]
  })
}

function operationsOf({ set = {}, delete: deleted = [], append = {}, subtract = {} }: ConfigChanges) {
  const rows = (configOperation: number, values: Readonly<Record<string, string | number | boolean>>) =>
    Object.entries(values).map(([name, value]) => ({ name, configOperation, value: String(value) }))
  return [
    ...rows(alterations.set, set),
    ...deleted.map((name) => ({ name, configOperation: alterations.delete, value: null })),
    ...rows(alterations.append, append),
    ...rows(alterations.subtract, subtract),
  ]
}

/** All resources that have settings of their own; of some types, or of all. */
export async function listConfigResources(
  requests: AdminRequests,
  types: readonly ConfigResourceType[] = [],
  options: AdminCallOptions = {},
): Promise<ConfigResource[]> {
  const call = { what: 'listing config resources', target: 'any', options } as const
  const body = { resourceTypes: types.map((type) => resourceTypes[type]) }
  const answer = await requests.ask(call, listConfigResourcesRequest, listConfigResourcesResponse, body)
  return answer.configResources.map(resourceOf)
}

/** What belongs to one broker is asked and changed there; the rest at whichever. */
function byTarget<R extends ConfigResource>(resources: readonly R[]): { target: Target; resources: R[] }[] {
  const groups = new Map<string, { target: Target; resources: R[] }>()
  for (const resource of resources) {
    const ofBroker = (resource.type === 'broker' || resource.type === 'brokerLogger') && resource.name !== ''
    const key = ofBroker ? resource.name : ''
    const group = groups.get(key) ?? { target: ofBroker ? { broker: Number(resource.name) } : 'any', resources: [] }
    group.resources.push(resource)
    groups.set(key, group)
  }
  return [...groups.values()]
}

function resourceOf(answer: { resourceType: number; resourceName: string }): ConfigResource {
  const type = Object.entries(resourceTypes).find(([, code]) => code === answer.resourceType)?.[0]
  return { type: (type ?? 'topic') as ConfigResourceType, name: answer.resourceName }
}

const keyOf = ({ type, name }: ConfigResource) => `${type} ${name}`

const contextOf = ({ type, name }: ConfigResource) =>
  type === 'topic' ? { topic: name } : type === 'group' ? { group: name } : { broker: name }
