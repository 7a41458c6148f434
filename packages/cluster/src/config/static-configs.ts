import { KafkaError } from '@ottla/protocol'
import { checkedConfigs } from './check.ts'
import { brokerConfigs } from './tables.ts'
import { listItems } from './value-rule.ts'

/** What a broker is started with, checked. */
export interface StaticConfigs {
  readonly values: ReadonlyMap<string, string>
  /** Names of settings that were changed from their defaults and do nothing here; their owner should hear of it. */
  readonly withoutEffect: readonly string[]
}

/** Settings that would promise security that is not there. */
const security = /^(ssl\.|sasl\.|security\.|authorizer\.|delegation\.token\.)/

export function checkedStaticConfigs(given: ReadonlyMap<string, string>): StaticConfigs {
  const values = checkedConfigs('broker', given)
  const withoutEffect: string[] = []
  for (const [name, value] of values) {
    const definition = brokerConfigs.get(name)!
    if (value === definition.default) continue
    if (security.test(name)) {
      throw new KafkaError(
        'INVALID_CONFIG',
        `${name}: this broker has no TLS, SASL or authorization; remove the setting`,
      )
    }
    if (!definition.effective && !expected.has(name)) withoutEffect.push(name)
  }
  if (listItems(values.get('log.dirs') ?? '').length > 1) {
    throw new KafkaError('INVALID_CONFIG', 'log.dirs: this broker keeps its data in one directory; give one')
  }
  const nodeId = values.get('node.id')
  const brokerId = values.get('broker.id')
  if (nodeId !== undefined && brokerId !== undefined && Number(nodeId) !== Number(brokerId)) {
    throw new KafkaError('INVALID_CONFIG', `node.id (${nodeId}) and broker.id (${brokerId}) must be the same`)
  }
  return { values, withoutEffect }
}

/** Every file for Kafka has them; what they say is true of this broker too. */
const expected: ReadonlySet<string> = new Set([
  'controller.listener.names',
  'controller.quorum.bootstrap.servers',
  'controller.quorum.voters',
  'inter.broker.listener.name',
  'listener.security.protocol.map',
  'process.roles',
])
