import { KafkaError } from '@ottla/protocol'
import type { ClusterImage, ConfigResource } from '../cluster.ts'
import { checkedConfigs, knownConfig } from './check.ts'
import type { Configs } from './configs.ts'
import { configTable } from './tables.ts'
import { listItems } from './value-rule.ts'

export type AlterOperation = 'SET' | 'DELETE' | 'APPEND' | 'SUBTRACT'

export interface ConfigAlteration {
  readonly name: string
  readonly operation: AlterOperation
  /** Not looked at by DELETE. */
  readonly value: string
}

/** Strings are to be set, undefined is to be removed: what `Cluster.alterConfigs` takes. */
export type ConfigChanges = ReadonlyMap<string, string | undefined>

/**
 * What some alterations of a resource come to (KIP-339). Throws INVALID_CONFIG or INVALID_REQUEST. What is judged is
 * the outcome: settings of the resource that were valid before and are not touched do not fail it.
 */
export function changesOf(
  resource: ConfigResource,
  alterations: readonly ConfigAlteration[],
  configs: Configs,
  image: ClusterImage,
): ConfigChanges {
  const changes = new Map<string, string | undefined>()
  for (const alteration of alterations) {
    changes.set(alteration.name, altered(resource, alteration, configs, image))
  }
  return checkedChanges(resource, changes, ownConfigs(resource, image), configs)
}

/** What it takes to have exactly these settings, and no others (AlterConfigs). */
export function replacementOf(
  resource: ConfigResource,
  wanted: ReadonlyMap<string, string>,
  configs: Configs,
  image: ClusterImage,
): ConfigChanges {
  const own = ownConfigs(resource, image)
  const changes = new Map<string, string | undefined>([...own.keys()].map((name) => [name, undefined]))
  for (const [name, value] of wanted) changes.set(name, value)
  return checkedChanges(resource, changes, own, configs)
}

function altered(resource: ConfigResource, alteration: ConfigAlteration, configs: Configs, image: ClusterImage) {
  const { name, operation, value } = alteration
  if (operation === 'SET') return value
  if (operation === 'DELETE') return undefined
  if (knownConfig(resource.type, name).type !== 'list') {
    throw new KafkaError('INVALID_CONFIG', `Can't ${operation} to key ${name} because its type is not LIST.`)
  }
  const current = listItems(configs.layers(resource, name, image)[0]?.inUnit ?? '')
  const items = listItems(value)
  const outcome =
    operation === 'APPEND'
      ? [...current, ...items.filter((item) => !current.includes(item))]
      : current.filter((item) => !items.includes(item))
  return outcome.join(',')
}

function checkedChanges(
  resource: ConfigResource,
  changes: ConfigChanges,
  own: ReadonlyMap<string, string>,
  configs: Configs,
): ConfigChanges {
  if (resource.type === 'broker') checkUpdatable(resource, changes)
  const outcome = new Map(own)
  for (const [name, value] of changes) {
    if (value === undefined) outcome.delete(name)
    else outcome.set(name, value)
  }
  const checked = checkedConfigs(resource.type, outcome)
  if (resource.type === 'group') checkBounds(checked, configs)
  return new Map([...changes].map(([name, value]) => [name, value === undefined ? undefined : checked.get(name)]))
}

function checkUpdatable({ name: broker }: ConfigResource, changes: ConfigChanges): void {
  const fixed = [...changes.keys()].filter((name) => configTable('broker').get(name)?.update === 'read-only')
  if (fixed.length > 0) {
    throw new KafkaError('INVALID_REQUEST', `Cannot update these configs dynamically: ${fixed.join(', ')}`)
  }
  const single = [...changes.keys()].filter((name) => configTable('broker').get(name)?.update === 'per-broker')
  if (broker === '' && single.length > 0) {
    throw new KafkaError(
      'INVALID_REQUEST',
      `Cannot update these configs at default cluster level: ${single.join(', ')}`,
    )
  }
}

/** A group's timeouts and intervals stay within what the broker allows: `group.consumer.min.session.timeout.ms` and so on. */
function checkBounds(values: ReadonlyMap<string, string>, configs: Configs): void {
  for (const [name, value] of values) {
    const [, protocol, rest] = /^(\w+)\.(.*)$/.exec(name)!
    for (const side of ['min', 'max'] as const) {
      const bound = `group.${protocol}.${side}.${rest}`
      if (!configTable('broker').has(bound)) continue
      const limit = configs.brokerNumber(bound)
      if (side === 'min' ? Number(value) >= limit : Number(value) <= limit) continue
      throw new KafkaError(
        'INVALID_CONFIG',
        `${name} must be ${side === 'min' ? 'greater' : 'less'} than or equal to ${bound}, which is ${limit}`,
      )
    }
  }
}

const none: ReadonlyMap<string, string> = new Map()

function ownConfigs(resource: ConfigResource, image: ClusterImage): ReadonlyMap<string, string> {
  if (resource.type === 'topic') return image.topics.get(resource.name)?.configs ?? none
  return image.dynamicConfigs.get(`${resource.type}/${resource.name}`) ?? none
}
