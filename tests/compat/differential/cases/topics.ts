import {
  createPartitionsRequest,
  createTopicsRequest,
  deleteRecordsRequest,
  deleteTopicsRequest,
  describeTopicPartitionsRequest,
  metadataRequest,
  zeroUuid,
} from '@ottla/protocol'
import { type Case, everyVersion } from '../case.ts'
import type { Side } from '../side.ts'
import { fill } from './filled-topic.ts'

const unknownId = 'AAAAAAAAAAAAAAAAAAAAQQ'

interface NewTopic {
  readonly numPartitions?: number
  readonly replicationFactor?: number
  readonly assignments?: { partitionIndex: number; brokerIds: number[] }[]
  readonly configs?: { name: string; value: string | null }[]
}

const newTopic = (
  name: string,
  { numPartitions = 1, replicationFactor = 1, assignments = [], configs = [] }: NewTopic = {},
) => ({
  name,
  numPartitions,
  replicationFactor,
  assignments,
  configs,
})

const assigned = (...brokers: number[][]) => brokers.map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds }))
const config = (name: string, value: string | null) => ({ configs: [{ name, value }] })
const manual = (...brokers: number[][]) => ({
  numPartitions: -1,
  replicationFactor: -1,
  assignments: assigned(...brokers),
})

const invalidTopics: readonly (readonly [suffix: string, topic: NewTopic])[] = [
  ['no-partitions', { numPartitions: 0 }],
  ['negative-partitions', { numPartitions: -2 }],
  ['no-replicas', { replicationFactor: 0 }],
  ['negative-replicas', { replicationFactor: -2 }],
  ['assigned-and-counted', { numPartitions: 1, replicationFactor: 1, assignments: assigned([1]) }],
  ['assigned-and-replicated', { numPartitions: -1, replicationFactor: 1, assignments: assigned([1]) }],
  ['assigned-twice', manual([1, 1])],
  ['assigned-to-nobody', manual([])],
  ['assigned-to-stranger', manual([77])],
  ['assigned-negative', manual([-1])],
  ['assigned-with-gap', { ...manual(), assignments: [{ partitionIndex: 1, brokerIds: [1] }] }],
  ['assigned-same', { ...manual(), assignments: [0, 0].map((partitionIndex) => ({ partitionIndex, brokerIds: [1] })) }],
  ['assigned-unevenly', manual([1], [1, 2])],
  ['unknown-config', config('no.such.config', '1')],
  ['bad-number', config('retention.ms', 'soon')],
  ['bad-range', config('segment.bytes', '1')],
  ['bad-policy', config('cleanup.policy', 'burn')],
  ['bad-codec', config('compression.type', 'rar')],
  ['bad-boolean', config('unclean.leader.election.enable', 'maybe')],
  ['null-config', config('retention.ms', null)],
  ['empty-config', config('retention.ms', '')],
  ['nameless-config', config('', '1')],
  ['removed-config', config('message.timestamp.difference.max.ms', '1')],
  [
    'twice-config',
    {
      configs: [
        { name: 'retention.ms', value: '1' },
        { name: 'retention.ms', value: '2' },
      ],
    },
  ],
]

const validTopics: readonly (readonly [suffix: string, topic: NewTopic])[] = [
  ['plain', {}],
  ['three', { numPartitions: 3 }],
  ['defaults', { numPartitions: -1, replicationFactor: -1 }],
  ['manual', manual([1], [1])],
  [
    'settings',
    {
      configs: [
        { name: 'retention.ms', value: '5000' },
        { name: 'cleanup.policy', value: 'compact' },
      ],
    },
  ],
  ['both-policies', config('cleanup.policy', 'compact,delete')],
  ['spaced', config('retention.ms', ' 60000 ')],
]

const invalidNames = ['', '.', '..', 'a b', 'ä', 'a/b', 'x'.repeat(250), 'a\u0000b']

export const topicCases: readonly Case[] = [
  everyVersion(createTopicsRequest, 'CreateTopics: topics of every kind', async (side, version) => {
    const topics = validTopics.map(([suffix, topic]) => newTopic(side.name(suffix), topic))
    const ask = (step: string, validateOnly: boolean) =>
      side.ask(step, createTopicsRequest, version, { topics, timeoutMs: 10_000, validateOnly })
    await ask('created', false)
    await side.settled()
    await describe(
      side,
      validTopics.map(([suffix]) => side.name(suffix)),
    )
    await ask('created again', false)
    await ask('validated when there', true)
  }),
  everyVersion(createTopicsRequest, 'CreateTopics: only validated', (side, version) =>
    side.ask('only validated', createTopicsRequest, version, {
      topics: validTopics.map(([suffix, topic]) => newTopic(side.name(suffix), topic)),
      timeoutMs: 10_000,
      validateOnly: true,
    }),
  ),
  everyVersion(createTopicsRequest, 'CreateTopics: what is invalid', async (side, version) => {
    const topics = invalidTopics.map(([suffix, topic]) => newTopic(side.name(suffix), topic))
    const ask = (step: string, asked: typeof topics, timeoutMs = 10_000) =>
      side.ask(step, createTopicsRequest, version, { topics: asked, timeoutMs, validateOnly: false })
    for (const topic of topics) await ask(topic.name.slice(side.name('').length), [topic])
    await ask('all in one', [...topics, newTopic(side.name('good'))])
    await ask(
      'invalid names',
      invalidNames.map((name) => newTopic(name)),
    )
    await ask('internal name', [newTopic('__consumer_offsets')])
    await ask('twice in one', [newTopic(side.name('twice')), newTopic(side.name('twice')), newTopic(side.name('once'))])
    await ask('nothing', [])
    await ask('names that collide', [newTopic(side.name('a.b')), newTopic(side.name('a_b'))])
    await ask('a name that collides with one there', [newTopic(side.name('a.b').replace('a.b', 'a_b'))])
    await ask('more replicas than brokers', [newTopic(side.name('replicas'), { replicationFactor: 3 })])
    await ask('no time', [newTopic(side.name('no-time'))], 0)
  }),
  // Not more than this: Kafka's controller makes a list of all partitions before it looks at their number.
  everyVersion(createTopicsRequest, 'CreateTopics: too many partitions', (side, version) =>
    side.ask('too many', createTopicsRequest, version, {
      topics: [newTopic(side.name('many'), { numPartitions: 10_001 })],
      timeoutMs: 5_000,
      validateOnly: true,
    }),
  ),
  everyVersion(deleteTopicsRequest, 'DeleteTopics: by name', async (side, version) => {
    await side.topic('a')
    await side.topic('b')
    const names = [side.name('a'), side.name('missing'), side.name('b'), 'a b', '']
    const ask = (step: string, asked: readonly string[]) =>
      side.ask(step, deleteTopicsRequest, version, {
        topicNames: asked,
        topics: asked.map((name) => ({ name, topicId: zeroUuid })),
        timeoutMs: 10_000,
      })
    await ask('some of them', names)
    await side.settled()
    await describe(side, [side.name('a'), side.name('b')])
    await ask('again', names)
    await side.topic('c')
    await ask('twice in one', [side.name('c'), side.name('c')])
    await ask('missing, twice', [side.name('missing'), side.name('missing')])
    await ask('nothing', [])
  }),
  everyVersion(
    deleteTopicsRequest,
    'DeleteTopics: by id',
    async (side, version) => {
      const ask = (step: string, topics: { name: string | null; topicId: string }[]) =>
        side.ask(step, deleteTopicsRequest, version, { topics, timeoutMs: 10_000 })
      const { name, id } = await side.topic('a')
      await ask('unknown id', [{ name: null, topicId: unknownId }])
      await ask('no id', [{ name: null, topicId: zeroUuid }])
      await ask('name and id', [{ name, topicId: id }])
      await ask('id twice', [
        { name: null, topicId: id },
        { name: null, topicId: id },
      ])
      await ask('id and its name', [
        { name: null, topicId: id },
        { name, topicId: zeroUuid },
      ])
      await ask('id', [{ name: null, topicId: id }])
      await ask('id again', [{ name: null, topicId: id }])
    },
    (version) => version >= 6,
  ),
  everyVersion(createPartitionsRequest, 'CreatePartitions', async (side, version) => {
    await side.topic('a', 2)
    const ask = (
      step: string,
      topics: { name: string; count: number; assignments?: { brokerIds: number[] }[] | null }[],
      validateOnly = false,
    ) =>
      side.ask(step, createPartitionsRequest, version, {
        topics: topics.map((topic) => ({ assignments: null, ...topic })),
        timeoutMs: 10_000,
        validateOnly,
      })
    const name = side.name('a')
    await ask('validated', [{ name, count: 4 }], true)
    await ask('same count', [{ name, count: 2 }])
    await ask('fewer', [{ name, count: 1 }])
    await ask('none', [{ name, count: 0 }])
    await ask('negative', [{ name, count: -1 }])
    await ask('missing topic', [{ name: side.name('missing'), count: 4 }])
    await ask('invalid name', [
      { name: 'a b', count: 4 },
      { name: '', count: 4 },
    ])
    await ask('twice in one', [
      { name, count: 3 },
      { name, count: 4 },
    ])
    await ask('too many', [{ name, count: 10_004 }], true)
    await ask('assignments too few', [{ name, count: 4, assignments: [{ brokerIds: [1] }] }])
    await ask('assignments too many', [{ name, count: 3, assignments: [{ brokerIds: [1] }, { brokerIds: [1] }] }])
    await ask('assignment of nobody', [{ name, count: 3, assignments: [{ brokerIds: [] }] }])
    await ask('assignments empty', [{ name, count: 3, assignments: [] }])
    await ask('assignment to a stranger', [{ name, count: 3, assignments: [{ brokerIds: [77] }] }])
    await ask('assignment twice', [{ name, count: 3, assignments: [{ brokerIds: [1, 1] }] }])
    await ask('assignment of two replicas', [{ name, count: 3, assignments: [{ brokerIds: [1, 2] }] }])
    await ask('done', [{ name, count: 3 }])
    await ask('done with assignment', [{ name, count: 4, assignments: [{ brokerIds: [1] }] }])
    await ask('nothing', [])
    await side.settled()
    await describe(side, [name])
  }),
  everyVersion(deleteRecordsRequest, 'DeleteRecords', async (side, version) => {
    const { name } = await fill(side, 'a')
    const ask = (step: string, ...partitions: { name?: string; partitionIndex?: number; offset: number }[]) =>
      side.ask(step, deleteRecordsRequest, version, {
        topics: partitions.map(({ name: topic = name, partitionIndex = 0, offset }) => ({
          name: topic,
          partitions: [{ partitionIndex, offset }],
        })),
        timeoutMs: 10_000,
      })
    await ask('to 2', { offset: 2 })
    await ask('back to 1', { offset: 1 })
    await ask('the same', { offset: 2 })
    await ask('beyond the end', { offset: 1000 })
    await ask('negative', { offset: -5 })
    await ask('missing topic', { name: side.name('missing'), offset: 0 })
    await ask('invalid topic', { name: 'a b', offset: 0 })
    await ask('internal topic', { name: '__consumer_offsets', offset: 0 })
    await ask('wrong partition', { partitionIndex: 9, offset: 0 })
    await ask('negative partition', { partitionIndex: -1, offset: 0 })
    await ask('the end', { offset: -1 })
    await ask('nothing')
    await side.ask('no partitions', deleteRecordsRequest, version, {
      topics: [{ name, partitions: [] }],
      timeoutMs: 1_000,
    })
    await side.ask('twice', deleteRecordsRequest, version, {
      topics: [
        {
          name,
          partitions: [
            { partitionIndex: 0, offset: 1 },
            { partitionIndex: 0, offset: 2 },
          ],
        },
      ],
      timeoutMs: 1_000,
    })
  }),
  everyVersion(metadataRequest, 'Metadata', async (side, version) => {
    const a = await side.topic('a', 2)
    const b = await side.topic('b')
    const byName = (name: string) => ({ name, topicId: zeroUuid })
    const body = { includeTopicAuthorizedOperations: true, includeClusterAuthorizedOperations: true }
    const ask = (
      step: string,
      topics: { name: string | null; topicId: string }[] | null,
      allowAutoTopicCreation = false,
    ) => side.ask(step, metadataRequest, version, { topics, allowAutoTopicCreation, ...body }, { only: 'own' })
    await ask('two', [byName(a.name), byName(b.name)])
    await side.ask('no operations asked for', metadataRequest, version, {
      topics: [byName(a.name)],
      allowAutoTopicCreation: false,
    })
    if (version >= 1) await ask('all', null)
    await ask('empty list', [])
    await ask('twice', [byName(a.name), byName(a.name)])
    if (version >= 4) {
      await ask('missing', [byName(side.name('missing')), byName(a.name)])
      await ask('missing, twice', [byName(side.name('missing')), byName(side.name('missing'))])
      await ask('invalid names', [...invalidNames, side.name('x y')].map(byName))
    }
    await ask('invalid names, created', invalidNames.map(byName), true)
    if (version >= 10) {
      await ask('by id', [{ name: null, topicId: a.id }])
      await ask('unknown id', [{ name: null, topicId: unknownId }])
      await ask('no id, no name', [{ name: null, topicId: zeroUuid }])
      await ask('id and name', [{ name: a.name, topicId: a.id }])
      await ask('id and wrong name', [{ name: side.name('other'), topicId: a.id }])
      await ask('by id and by name', [{ name: null, topicId: a.id }, byName(b.name)])
    }
    await ask('created by asking', [byName(side.name('auto'))], true)
  }),
  everyVersion(describeTopicPartitionsRequest, 'DescribeTopicPartitions', async (side, version) => {
    const names = [await side.topic('a', 3), await side.topic('b', 2), await side.topic('c')].map(({ name }) => name)
    const [a, b] = names as [string, string, string]
    const ask = (
      step: string,
      topics: readonly string[],
      responsePartitionLimit = 2000,
      cursor: [string, number] | null = null,
    ) =>
      side.ask(
        step,
        describeTopicPartitionsRequest,
        version,
        {
          topics: topics.map((name) => ({ name })),
          responsePartitionLimit,
          cursor: cursor === null ? null : { topicName: cursor[0], partitionIndex: cursor[1] },
        },
        { only: 'own' },
      )
    await ask('three', names)
    await ask('unsorted and twice', [b, a, b])
    await ask('missing and invalid', [a, side.name('missing'), 'a b'])
    await ask('no name', [a, ''])
    await ask('limit 1', names, 1)
    await ask('limit 2', names, 2)
    await ask('limit 3', names, 3)
    await ask('limit 4', names, 4)
    await ask('limit 6', names, 6)
    await ask('limit 0', names, 0)
    await ask('limit -1', names, -1)
    await ask('from a cursor', names, 2, [a, 2])
    await ask('from the middle', names, 2000, [b, 1])
    await ask('from behind the last partition', names, 2000, [a, 7])
    await ask('from a negative partition', names, 2000, [a, -1])
    await ask('from a topic that was not asked for', [a], 2000, [b, 0])
    await ask('from a topic that is missing', names, 2000, [side.name('ab'), 0])
    await ask('from beyond all', names, 2000, [side.name('z'), 0])
    await ask('missing at the cursor', [side.name('missing')], 2000, [side.name('missing'), 0])
    await ask('missing with limit 1', [side.name('missing'), a], 1)
  }),
]

const describe = (side: Side, names: readonly string[]) =>
  side.ask('metadata', metadataRequest, 12, {
    topics: names.map((name) => ({ name, topicId: zeroUuid })),
    allowAutoTopicCreation: false,
  })
