import type { ClusterImage, ConfigResource } from '../cluster.ts'
import { resourceKey } from '../cluster.ts'
import type { Configs } from './configs.ts'
import type { ConfigDefinition } from './definition.ts'
import type { ConfigLayer, ConfigSource } from './layers.ts'
import { configTable } from './tables.ts'

/** A setting as an administrator sees it. */
export interface DescribedConfig {
  readonly definition: ConfigDefinition
  /** Null: none, or secret. */
  readonly value: string | null
  readonly source: ConfigSource
  readonly readOnly: boolean
  readonly sensitive: boolean
  readonly layers: readonly ConfigLayer[]
}

/** The settings of a resource that exists, in the order of their names; `keys` null: all. Names that are unknown are left out. */
export function describeConfigs(
  resource: ConfigResource,
  keys: readonly string[] | null,
  configs: Configs,
  image: ClusterImage,
): DescribedConfig[] {
  const names = keys === null ? undefined : new Set(keys)
  const described: DescribedConfig[] = []
  for (const definition of configTable(resource.type).values()) {
    if (names !== undefined && !names.has(definition.name)) continue
    const layers = layersFor(resource, definition, configs, image)
    if (layers !== undefined) described.push(describedConfig(definition, layers))
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

function describedConfig(definition: ConfigDefinition, layers: readonly ConfigLayer[]): DescribedConfig {
  const sensitive = definition.type === 'password'
  return {
    definition,
    value: sensitive ? null : (layers[0]?.inUnit ?? null),
    source: layers[0]?.source ?? 'DEFAULT_CONFIG',
    readOnly: definition.update === 'read-only',
    sensitive,
    layers: sensitive ? [] : layers,
  }
}
