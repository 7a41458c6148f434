import type { ConfigResource, ConfigSource, ConfigType } from '@ottla/cluster'

const sources: Readonly<Record<ConfigSource, number>> = {
  DYNAMIC_TOPIC_CONFIG: 1,
  DYNAMIC_BROKER_CONFIG: 2,
  DYNAMIC_DEFAULT_BROKER_CONFIG: 3,
  STATIC_BROKER_CONFIG: 4,
  DEFAULT_CONFIG: 5,
  GROUP_CONFIG: 8,
}

const types: Readonly<Record<ConfigType, number>> = {
  boolean: 1,
  string: 2,
  int: 3,
  short: 4,
  long: 5,
  double: 6,
  list: 7,
  class: 8,
  password: 9,
}

/** Kinds of resources that have settings, as numbers on the wire. */
export const resourceTypeCode = { topic: 2, broker: 4, brokerLogger: 8, clientMetrics: 16, group: 32 } as const

export const configSourceCode = (source: ConfigSource): number => sources[source]
export const configTypeCode = (type: ConfigType): number => types[type]

export function resourceTypeOf(code: number): ConfigResource['type'] | undefined {
  if (code === resourceTypeCode.topic) return 'topic'
  if (code === resourceTypeCode.broker) return 'broker'
  return code === resourceTypeCode.group ? 'group' : undefined
}
