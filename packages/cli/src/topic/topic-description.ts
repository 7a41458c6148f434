import { type Admin, type ConfigEntry, OttlaError, type TopicDescription } from '@ottla/client'
import type { TopicDescribeArguments } from '../arguments/topic-arguments.ts'
import { findOffsets, partitionKey } from '../partitions/partition-place.ts'
import { runSession } from '../session/session.ts'
import { printJson, printLine } from '../terminal/output.ts'
import { bytesText, countText } from '../terminal/quantities.ts'
import { bold, type Column, table } from '../terminal/table.ts'
import { describeTopicsOrFail } from './missing-topic.ts'

/** A partition, and what of it is known; null where the broker does not tell. */
interface PartitionFacts {
  readonly partition: number
  readonly leader: number | null
  readonly replicas: readonly number[]
  readonly inSync: readonly number[]
  readonly begin: number | null
  readonly end: number | null
  /** Of the leader's replica. */
  readonly sizeBytes: number | null
}

interface TopicFacts {
  readonly topic: string
  readonly id: string
  readonly isInternal: boolean
  readonly partitions: readonly PartitionFacts[]
  readonly configs: ReadonlyMap<string, ConfigEntry>
}

/** `ottla topic describe`. */
export function describeTopics(names: readonly string[], options: TopicDescribeArguments): Promise<void> {
  return runSession(options, async ({ admin }) => {
    const topics = await describeTopicsOrFail(admin, names)
    const facts = await factsOf(admin, topics)
    if (options.json === true) return printJson(facts.map(jsonOf))
    return printLine(facts.map((topic) => textOf(topic, options)).join('\n\n'))
  })
}

async function factsOf(admin: Admin, topics: readonly TopicDescription[]): Promise<TopicFacts[]> {
  const led = topics.flatMap(({ name: topic, partitions }) =>
    partitions.filter(({ leader }) => leader >= 0).map(({ partition }) => ({ topic, partition })),
  )
  const [begins, ends, sizes, configs] = await Promise.all([
    findOffsets(admin, led, { at: 'earliest' }),
    findOffsets(admin, led, { at: 'latest' }),
    sizesOf(admin, topics),
    admin.describeConfigs(topics.map(({ name }) => ({ type: 'topic', name }))),
  ])
  return topics.map((topic) => ({
    topic: topic.name,
    id: topic.id,
    isInternal: topic.isInternal,
    partitions: topic.partitions.map(({ partition, leader, replicas, inSyncReplicas }) => {
      const key = partitionKey({ topic: topic.name, partition })
      return {
        partition,
        leader: leader < 0 ? null : leader,
        replicas,
        inSync: inSyncReplicas,
        begin: begins.get(key) ?? null,
        end: ends.get(key) ?? null,
        sizeBytes: sizes.get(`${leader} ${key}`) ?? null,
      }
    }),
    configs: configs.find(({ name }) => name === topic.name)?.configs ?? new Map(),
  }))
}

/** Sizes by broker and partition. Not everybody who may see a topic may see the disks; then there are none. */
async function sizesOf(admin: Admin, topics: readonly TopicDescription[]): Promise<ReadonlyMap<string, number>> {
  const leaders = topics.flatMap(({ partitions }) => partitions.map(({ leader }) => leader))
  const brokers = [...new Set(leaders.filter((leader) => leader >= 0))]
  try {
    const dirs = await admin.describeLogDirs(brokers)
    return new Map(
      dirs.flatMap(({ broker, replicas }) =>
        replicas
          .filter(({ isFuture }) => !isFuture)
          .map((replica) => [`${broker} ${partitionKey(replica)}`, replica.sizeBytes] as const),
      ),
    )
  } catch (error) {
    if (error instanceof OttlaError) return new Map()
    throw error
  }
}

const jsonOf = ({ configs, ...facts }: TopicFacts) => ({
  ...facts,
  configs: Object.fromEntries(
    [...configs.values()].map(({ name, value, source, isDefault }) => [name, { value, source, isDefault }]),
  ),
})

const partitionColumns: readonly Column[] = [
  { head: 'PARTITION', isNumber: true },
  { head: 'LEADER', isNumber: true },
  { head: 'REPLICAS' },
  { head: 'IN SYNC' },
  { head: 'BEGIN', isNumber: true },
  { head: 'END', isNumber: true },
  { head: 'SIZE', isNumber: true },
]

function textOf(facts: TopicFacts, { allConfigs = false }: { allConfigs?: boolean }): string {
  const { topic, id, partitions, configs } = facts
  const sizes = partitions.map(({ sizeBytes }) => sizeBytes ?? 0)
  const about = [
    countText(partitions.length, 'partition'),
    bytesText(sizes.reduce((sum, size) => sum + size, 0)),
    ...(id === '' ? [] : [`id ${id}`]),
  ]
  const rows = partitions.map(({ partition, leader, replicas, inSync, begin, end, sizeBytes }) => [
    ...[partition, leader ?? 'none', replicas.join(','), inSync.join(',')],
    ...[begin ?? '-', end ?? '-', sizeBytes === null ? '-' : bytesText(sizeBytes)],
  ])
  return [`${bold(topic)}  ${about.join(', ')}`, configsText(configs, allConfigs), table(partitionColumns, rows)].join(
    '\n\n',
  )
}

function configsText(configs: ReadonlyMap<string, ConfigEntry>, isAll: boolean): string {
  const all = [...configs.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  const shown = isAll ? all : all.filter(({ source }) => source === 'dynamicTopicConfig')
  const hidden = all.length - shown.length
  const note =
    hidden === 0
      ? []
      : [`${shown.length === 0 ? 'No' : 'No other'} settings of its own; --all-configs shows the defaults.`]
  return [...shown.map(({ name, value }) => `${name}=${value ?? ''}`), ...note].join('\n')
}
