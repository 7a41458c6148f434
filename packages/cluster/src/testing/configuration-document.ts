import { effectiveBrokerConfigs } from '../config/broker-configs.ts'
import { otherBrokerConfigs, throttleConfigs } from '../config/broker-configs-of-kafka.ts'
import type { ConfigDefinition, ConfigTable } from '../config/definition.ts'
import { groupConfigs } from '../config/group-configs.ts'
import { ownConfigs } from '../config/own-configs.ts'
import { topicConfigs } from '../config/topic-configs.ts'

/** docs/configuration.md, from the tables. A test keeps the two the same. */
export function configurationDocument(): string {
  const brokerRows = [...effectiveBrokerConfigs.values()]
  const kafkas = [
    ...brokerRows.filter(({ effective }) => !effective),
    ...otherBrokerConfigs.values(),
    ...throttleConfigs.values(),
  ]
  return [
    introduction,
    '## Settings of Ottla\n\nKafka does not have them.',
    tableOf([...ownConfigs.values()]),
    '## Settings of the broker that Kafka has too',
    tableOf(brokerRows.filter(({ effective }) => effective)),
    '## Settings of topics\n\nGiven with CreateTopics and changed with IncrementalAlterConfigs, with any tool for Kafka. Their defaults are settings of the broker (`log.retention.ms` for `retention.ms`, and so on).',
    tableOf(effective(topicConfigs)),
    '## Known, without effect',
    `These settings of Kafka are checked, kept and shown as there; a broker that is started with one says so in its log. Settings of TLS, SASL and authorization (\`ssl.*\`, \`sasl.*\`, \`authorizer.*\` and the like) are refused at the start: they would promise what is not there.`,
    `- of topics: ${names([...topicConfigs.values()].filter((config) => !config.effective))}`,
    `- of groups: ${names([...groupConfigs.values()])}`,
    `- of the broker: ${names(kafkas)}`,
  ]
    .join('\n\n')
    .concat('\n')
}

const introduction = `# Configuration

This file is made from the tables in \`packages/cluster/src/config\` (\`UPDATE_DOCS=1 npm test\`, then \`npm run format\`, writes it anew).

Settings have Kafka's names, types, defaults and valid values. A setting that is unknown or has a value that is not valid is refused by name, with the valid values, and settings that Kafka 4.0 removed are unknown.

| where | how |
| --- | --- |
| on the command line | \`./ottla start --set num.partitions=6 --set log.retention.hours=24\` |
| in a file, as Kafka's \`server.properties\` | \`./ottla start --config server.properties\` |
| in a program | \`startBroker({ settings: { 'num.partitions': 6 } })\` |
| while it runs | IncrementalAlterConfigs, with any tool for Kafka, where the last column says so |

\`--set\` counts before the file. \`--listen\`, \`--data\` and \`--advertise\` count before \`listeners\`, \`log.dirs\` and \`advertised.listeners\`. A broker that is started by \`startBroker\` has two defaults of its own: \`group.initial.rebalance.delay.ms\` is 0 and \`group.leave.on.disconnect\` is true.

**Durability.** With \`flush.policy=fsync\`, the default, a record is acknowledged when it is on disk (acks=1 and acks=all alike). With \`flush.policy=os\` it is acknowledged when the operating system has it: it survives the end of the process, but a power loss or a crash of the system can take the records of the last seconds although they were acknowledged. That is what Kafka does by default on each of its replicas; on one machine there is no other copy.`

const effective = (table: ConfigTable) => [...table.values()].filter((config) => config.effective)

const names = (configs: readonly ConfigDefinition[]) =>
  configs
    .map(({ name }) => `\`${name}\``)
    .sort()
    .join(', ')

function tableOf(configs: readonly ConfigDefinition[]): string {
  const rows = configs.map((config) => {
    const { name, type, documentation } = config
    return `| \`${name}\` | ${type} | ${code(config.default)} | ${code(config.valid)} | ${documentation} | ${update(config)} |`
  })
  return [
    '| name | type | default | valid | what it does | while it runs |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n')
}

const code = (text: string | null) => (text === null || text === '' ? '' : `\`${text}\``)

/** Addresses are `per-broker` in Kafka; a broker of ours keeps those that it was started with. */
const update = (config: ConfigDefinition) =>
  config.update === 'read-only' || config.update === 'per-broker' ? 'no' : 'yes'
