import { KafkaError } from '@ottla/protocol'
import type { ConfigResource } from '../cluster.ts'
import type { ConfigDefinition } from './definition.ts'
import { nearestName } from './nearest-name.ts'
import { configTable } from './tables.ts'
import { checkedValue } from './value-rule.ts'

/** The definition of a setting; throws INVALID_CONFIG, with the name that was probably meant. */
export function knownConfig(type: ConfigResource['type'], name: string): ConfigDefinition {
  const definition = configTable(type).get(name)
  if (definition !== undefined) return definition
  const nearest = nearestName(name, configTable(type).keys())
  const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`
  throw new KafkaError('INVALID_CONFIG', `Unknown ${type} config name: ${name}${hint}`)
}

/** Settings as they are kept: each known, each value valid, and all of them valid together. */
export function checkedConfigs(
  type: ConfigResource['type'],
  configs: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const checked = new Map<string, string>()
  for (const [name, value] of configs) checked.set(name, checkedValue(knownConfig(type, name), value))
  if (type === 'topic') checkTogether(checked)
  return checked
}

function checkTogether(configs: ReadonlyMap<string, string>): void {
  const minLag = configs.get('min.compaction.lag.ms')
  const maxLag = configs.get('max.compaction.lag.ms')
  if (minLag !== undefined && maxLag !== undefined && BigInt(minLag) > BigInt(maxLag)) {
    throw new KafkaError(
      'INVALID_CONFIG',
      `min.compaction.lag.ms (${minLag}) must not be larger than max.compaction.lag.ms (${maxLag})`,
    )
  }
  if (configs.get('remote.storage.enable')?.toLowerCase() === 'true') {
    throw new KafkaError(
      'INVALID_CONFIG',
      'remote.storage.enable: this broker has no tiered storage; valid values: false',
    )
  }
}
