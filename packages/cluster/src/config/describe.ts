import type { ClusterImage, ConfigResource } from '../cluster.ts'
import { resourceKey } from '../cluster.ts'
import { throttleConfigs } from './broker-configs-of-kafka.ts'
import type { Configs } from './configs.ts'
import type { ConfigDefinition } from './definition.ts'
import { type ConfigLayer, type ConfigSource, synonymsIn } from './layers.ts'
import { configTable } from './tables.ts'

/** A setting as an administrator sees it. */
export interface DescribedConfig {
  readonly definition: ConfigDefinition
  /** Null: none, or secret. */
  readonly value: string | null
  readonly source: ConfigSource
  readonly readOnly: boolean
  readonly sensitive: boolean
  /** Where else it may come from, the strongest first; begins with its source. */
  readonly synonyms: readonly ConfigLayer[]
}

/**
 * The settings of a resource that exists, in the order of their names; no `keys`: all. Names that are unknown are left
 * out, and so is what Kafka only knows when it is set.
 */
export function describeConfigs(
  resource: ConfigResource,
  keys: readonly string[] | null,
  configs: Configs,
  image: ClusterImage,
): DescribedConfig[] {
  const names = keys === null || keys.length === 0 ? undefined : new Set(keys)
  const described: DescribedConfig[] = []
  for (const definition of configTable(resource.type).values()) {
    if (names !== undefined && !names.has(definition.name)) continue
    const layers = layersFor(resource, definition, configs, image)
    if (layers === undefined) continue
    if (throttleConfigs.has(definition.name) && layers[0]?.source === 'DEFAULT_CONFIG') continue
    described.push(describedConfig(resource, definition, layers))
  }
  return described
}

/** Of all brokers together (''), only what was set for them is theirs. */
function layersFor(resource: ConfigResource, { name }: ConfigDefinition, configs: Configs, image: ClusterImage) {
  if (resource.type !== 'broker' || resource.name !== '') return configs.layers(resource, name, image)
  const value = image.dynamicConfigs.get(resourceKey(resource))?.get(name)
  if (value === undefined) return undefined
  return [{ name, value, inUnit: value, source: 'DYNAMIC_DEFAULT_BROKER_CONFIG' as const }]
}

function describedConfig(
  resource: ConfigResource,
  definition: ConfigDefinition,
  layers: readonly ConfigLayer[],
): DescribedConfig {
  const sensitive = definition.type === 'password'
  const synonyms = synonymsIn(resource, definition.name, layers)
  // A broker's setting has only what was said under its own name.
  const value = resource.type === 'broker' ? layers.find(({ name }) => name === definition.name) : layers[0]
  return {
    definition,
    value: sensitive ? null : (value?.inUnit ?? null),
    source: synonyms[0]?.source ?? 'DEFAULT_CONFIG',
    readOnly: definition.update === 'read-only',
    sensitive,
    synonyms: sensitive ? [] : synonyms,
  }
}
