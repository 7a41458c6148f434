import { offsetCommitRequest, offsetDeleteRequest, offsetFetchRequest } from '@ottla/protocol'
import { type Case, everyVersion } from '../case.ts'
import type { Side } from '../side.ts'
import { Member } from './member.ts'

const unknownId = 'AAAAAAAAAAAAAAAAAAAAQQ'

interface Commit {
  readonly group?: string
  readonly topic?: { readonly name: string; readonly id: string }
  readonly partition?: number
  readonly offset?: number
  readonly epoch?: number
  readonly metadata?: string | null
  readonly generation?: number
  readonly member?: string
  readonly instance?: string | null
  readonly retention?: number
}

export const offsetCases: readonly Case[] = [
  everyVersion(offsetCommitRequest, 'OffsetCommit', async (side, version) => {
    const topic = await side.topic('a', 2)
    const missing = { name: side.name('missing'), id: unknownId }
    const group = side.name('g')
    const ask = (step: string, commit: Commit = {}) => {
      const { topic: of = topic, partition = 0, offset = 5, epoch = -1, metadata = 'meta' } = commit
      const partitions = [
        {
          partitionIndex: partition,
          committedOffset: offset,
          committedLeaderEpoch: epoch,
          committedMetadata: metadata,
        },
      ]
      return side.ask(step, offsetCommitRequest, version, {
        groupId: commit.group ?? group,
        generationIdOrMemberEpoch: commit.generation ?? -1,
        memberId: commit.member ?? '',
        groupInstanceId: commit.instance ?? null,
        retentionTimeMs: commit.retention ?? -1,
        topics: [{ name: of.name, topicId: of.id, partitions }],
      })
    }
    await ask('simple')
    await ask('null metadata', { metadata: null, partition: 1 })
    await ask('with an epoch', { epoch: 3 })
    await ask('with an epoch of -2', { epoch: -2 })
    await ask('a missing topic', { topic: missing })
    await ask('an invalid topic', { topic: { name: 'a b', id: unknownId } })
    await ask('wrong partition', { partition: 9 })
    await ask('negative partition', { partition: -1 })
    await ask('negative offset', { offset: -7 })
    await ask('metadata too large', { metadata: 'x'.repeat(5000) })
    await ask('a retention', { retention: 1000 })
    await ask('a generation, no member', { generation: 3 })
    await ask('a member, no generation', { member: 'nobody' })
    await ask('a generation and a member of an empty group', { generation: 1, member: 'nobody' })
    await ask('of an unknown group with a generation', { group: side.name('unknown'), generation: 1, member: 'x' })
    const member = new Member(side, side.name('live'), { join: 5 })
    await member.admit()
    const own = { group: member.group, member: member.id, generation: 1 }
    await ask('before the sync', own)
    await member.sync('sync')
    await ask('by a member', own)
    await ask('older generation', { ...own, generation: 0 })
    await ask('later generation', { ...own, generation: 2 })
    await ask('unknown member', { ...own, member: 'nobody' })
    await ask('a static name', { ...own, instance: version >= 7 ? 'i' : null })
    await ask('from outside of a live group', { group: member.group })
    await side.ask('nothing', offsetCommitRequest, version, { groupId: group, topics: [] })
    await side.ask('no partitions', offsetCommitRequest, version, {
      groupId: group,
      topics: [{ name: topic.name, topicId: topic.id, partitions: [] }],
    })
    const partitions = [0, 0, 1].map((partitionIndex, at) => ({
      partitionIndex,
      committedOffset: 10 + at,
      committedMetadata: '',
    }))
    await side.ask('twice', offsetCommitRequest, version, {
      groupId: group,
      topics: [{ name: topic.name, topicId: topic.id, partitions }],
    })
    await fetched(side, group, 'what is there')
    await fetched(side, member.group, 'what is there of the live group')
  }),
  everyVersion(offsetFetchRequest, 'OffsetFetch', async (side, version) => {
    const [a, b] = [await side.topic('a', 2), await side.topic('b')]
    const group = side.name('g')
    await commit(side, group, a.name, 0, 5)
    await commit(side, group, b.name, 0, 6)
    const missing = { name: side.name('missing'), id: unknownId }
    const ask = (
      step: string,
      of: readonly (readonly [{ name: string; id: string }, number[]])[] | null,
      { group: groupId = group, epoch = -1, member = null as string | null, requireStable = false } = {},
    ) => {
      const topics =
        of === null ? null : of.map(([{ name, id }, partitionIndexes]) => ({ name, topicId: id, partitionIndexes }))
      return side.ask(step, offsetFetchRequest, version, {
        groupId,
        topics,
        groups: [{ groupId, memberId: member, memberEpoch: epoch, topics }],
        requireStable,
      } as never)
    }
    await ask('two', [
      [a, [0, 1]],
      [b, [0]],
    ])
    if (version >= 2) await ask('all', null)
    await ask('an empty list', [])
    await ask('no partitions', [[a, []]])
    await ask('a missing topic', [
      [missing, [0]],
      [a, [0]],
    ])
    await ask('wrong partitions', [[a, [9, -1]]])
    await ask('twice', [
      [a, [0, 0]],
      [a, [0]],
    ])
    await ask('an unknown group', [[a, [0]]], { group: side.name('unknown') })
    await ask('no group', [[a, [0]]], { group: '' })
    if (version >= 2) await ask('all of an unknown group', null, { group: side.name('unknown') })
    await ask('stable ones', [[a, [0]]], { requireStable: version >= 7 })
    if (version >= 9) {
      await ask('with a member', [[a, [0]]], { member: 'nobody', epoch: 3 })
      await ask('with an epoch', [[a, [0]]], { epoch: 3 })
    }
    if (version >= 8) {
      const topics = [{ name: a.name, topicId: a.id, partitionIndexes: [0] }]
      await side.ask('several groups', offsetFetchRequest, version, {
        groups: [
          { groupId: group, topics },
          { groupId: side.name('unknown'), topics: null },
          { groupId: '', topics },
        ],
      })
      await side.ask('a group twice', offsetFetchRequest, version, {
        groups: [
          { groupId: group, topics },
          { groupId: group, topics: null },
        ],
      })
      await side.ask('no groups', offsetFetchRequest, version, { groups: [] })
    }
  }),
  everyVersion(offsetDeleteRequest, 'OffsetDelete', async (side, version) => {
    const topic = await side.topic('a', 2)
    const member = new Member(side, side.name('g'), { join: 5 })
    const ask = (step: string, name: string, partitions: readonly number[], groupId = member.group) =>
      side.ask(step, offsetDeleteRequest, version, {
        groupId,
        topics: [{ name, partitions: partitions.map((partitionIndex) => ({ partitionIndex })) }],
      })
    await ask('an unknown group', topic.name, [0])
    await ask('no group', topic.name, [0], '')
    await commit(side, member.group, topic.name, 0, 5)
    await commit(side, member.group, topic.name, 1, 6)
    await ask('a missing topic', side.name('missing'), [0])
    await ask('wrong partitions', topic.name, [9, -1])
    await ask('one of two', topic.name, [0])
    await ask('again', topic.name, [0])
    await ask('no partitions', topic.name, [])
    await fetched(side, member.group, 'what is left')
    await member.admit([['range', '\u0000\u0001\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000']])
    await member.sync('sync')
    await ask('of a live group', topic.name, [1])
    await fetched(side, member.group, 'what is left of the live group')
    const odd = new Member(side, side.name('odd'), { join: 5 })
    await odd.admit([['p', 'm']], 'odd')
    await ask('of a live group of another type', topic.name, [1], odd.group)
    await side.ask('nothing', offsetDeleteRequest, version, { groupId: member.group, topics: [] })
  }),
]

const fetched = (side: Side, groupId: string, step: string) =>
  side.ask(step, offsetFetchRequest, 8, { groups: [{ groupId, topics: null }] })

const commit = (side: Side, groupId: string, name: string, partitionIndex: number, committedOffset: number) =>
  side.tell(offsetCommitRequest, 6, {
    groupId,
    topics: [
      { name, partitions: [{ partitionIndex, committedOffset, committedLeaderEpoch: 0, committedMetadata: 'm' }] },
    ],
  })
