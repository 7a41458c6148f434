import type { ConfigResource } from '../cluster.ts'
import { inUnitOf, synonymsOfBrokerConfig, synonymsOfGroupConfig, synonymsOfTopicConfig } from './synonyms.ts'
import { brokerConfigs, configTable } from './tables.ts'

export type ConfigSource =
  | 'DYNAMIC_TOPIC_CONFIG'
  | 'GROUP_CONFIG'
  | 'DYNAMIC_BROKER_CONFIG'
  | 'DYNAMIC_DEFAULT_BROKER_CONFIG'
  | 'STATIC_BROKER_CONFIG'
  | 'DEFAULT_CONFIG'

/** One place that gives a setting a value: under which name, and which. */
export interface ConfigLayer {
  readonly name: string
  readonly value: string
  /** The value in the unit of the setting that was asked for (`log.retention.hours` for `retention.ms`). */
  readonly inUnit: string
  readonly source: ConfigSource
}

type Values = ReadonlyMap<string, string> | undefined

export interface ConfigValues {
  readonly group: Values
  readonly broker: Values
  readonly allBrokers: Values
  readonly statics: Values
}

/**
 * Where a setting may get its value, the strongest first:
 *
 *   the group's own ─▶ for each synonym: this broker's ─▶ all brokers' ─▶ the start's ─▶ the synonym's default
 *                                                                          ─▶ the setting's own default
 */
export function layersOf(resource: ConfigResource, name: string, values: ConfigValues): ConfigLayer[] {
  const layers: ConfigLayer[] = []
  const add = (synonym: string, value: string | null | undefined, source: ConfigSource) => {
    if (value != null) layers.push({ name: synonym, value, inUnit: inUnitOf(name, synonym, value), source })
  }
  add(name, values.group?.get(name), 'GROUP_CONFIG')
  for (const synonym of synonymsOf(resource, name)) {
    const definition = brokerConfigs.get(synonym)
    if (definition === undefined) continue
    add(synonym, values.broker?.get(synonym), 'DYNAMIC_BROKER_CONFIG')
    add(synonym, values.allBrokers?.get(synonym), 'DYNAMIC_DEFAULT_BROKER_CONFIG')
    add(synonym, values.statics?.get(synonym), 'STATIC_BROKER_CONFIG')
    add(synonym, definition.default, 'DEFAULT_CONFIG')
  }
  if (layers.length === 0) add(name, configTable(resource.type).get(name)?.default, 'DEFAULT_CONFIG')
  return layers
}

function synonymsOf({ type }: ConfigResource, name: string): readonly string[] {
  if (type === 'topic') return synonymsOfTopicConfig(name)
  return type === 'broker' ? synonymsOfBrokerConfig(name) : synonymsOfGroupConfig(name)
}
