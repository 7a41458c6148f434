import type { ConfigResource } from '../cluster.ts'
import { effectiveBrokerConfigs } from './broker-configs.ts'
import { otherBrokerConfigs, throttleConfigs } from './broker-configs-of-kafka.ts'
import type { ConfigTable } from './definition.ts'
import { groupConfigs } from './group-configs.ts'
import { ownConfigs } from './own-configs.ts'
import { topicConfigs } from './topic-configs.ts'

/** All settings of a broker: Kafka's and our own. */
export const brokerConfigs: ConfigTable = new Map(
  [...effectiveBrokerConfigs, ...otherBrokerConfigs, ...throttleConfigs, ...ownConfigs].sort(([a], [b]) =>
    a < b ? -1 : 1,
  ),
)

const tables: Readonly<Record<ConfigResource['type'], ConfigTable>> = {
  topic: topicConfigs,
  broker: brokerConfigs,
  group: groupConfigs,
}

export const configTable = (type: ConfigResource['type']): ConfigTable => tables[type]
