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

const ranks: Readonly<Record<ConfigSource, number>> = {
  DYNAMIC_TOPIC_CONFIG: 0,
  GROUP_CONFIG: 0,
  DYNAMIC_BROKER_CONFIG: 1,
  DYNAMIC_DEFAULT_BROKER_CONFIG: 2,
  STATIC_BROKER_CONFIG: 3,
  DEFAULT_CONFIG: 4,
}

export interface ConfigValues {
  readonly group: Values
  readonly broker: Values
  readonly allBrokers: Values
  readonly statics: Values
}

/**
 * What Kafka calls the synonyms of a setting: all that was set, by its source and then by its name, from the first on
 * that has the broker's first name for it. (So `log.retention.hours` is no synonym of `retention.ms` unless
 * `log.retention.ms` is set too, although it is its value.)
 */
export function synonymsIn(resource: ConfigResource, name: string, layers: readonly ConfigLayer[]): ConfigLayer[] {
  const own = layers.filter(({ source }) => ranks[source] === 0)
  const brokers = layers.filter(({ source }) => ranks[source] > 0).sort((a, b) => ranks[a.source] - ranks[b.source])
  const first = resource.type === 'broker' ? name : synonymsOf(resource, name)[0]
  // A group's setting without one of the broker behind it has its own default.
  const from = brokers.findIndex((layer) => layer.name === first || (resource.type === 'group' && layer.name === name))
  return from < 0 ? own : [...own, ...brokers.slice(from)]
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
