// What follows from what: a request changes something, and the answers of others must tell of it.
import {
  createPartitionsRequest,
  deleteRecordsRequest,
  deleteTopicsRequest,
  fetchRequest,
  incrementalAlterConfigsRequest,
  leaveGroupRequest,
  listOffsetsRequest,
  offsetCommitRequest,
  offsetFetchRequest,
  offsetForLeaderEpochRequest,
  produceRequest,
} from '@ottla/protocol'
import { type Case, everyVersion, once } from '../case.ts'
import { firstOwnProducerId } from '../normal-form.ts'
import type { Side } from '../side.ts'
import { batchOf } from './batches.ts'
import { fill } from './filled-topic.ts'
import { Member } from './member.ts'

const produce = (side: Side, step: string, name: string, records: Buffer, index = 0) =>
  side.ask(step, produceRequest, 9, {
    acks: -1,
    timeoutMs: 10_000,
    topicData: [{ name, partitionData: [{ index, records }] }],
  })

const fetch = (side: Side, step: string, topic: string, fetchOffset: number, partition = 0) =>
  side.ask(step, fetchRequest, 11, {
    replicaId: -1,
    maxWaitMs: 0,
    minBytes: 0,
    maxBytes: 1_000_000,
    sessionEpoch: -1,
    topics: [{ topic, partitions: [{ partition, fetchOffset, partitionMaxBytes: 1_000_000 }] }],
  } as never)

async function bounds(side: Side, step: string, name: string): Promise<void> {
  for (const timestamp of [-2, -1, -3, -4, side.recordMs])
    await side.ask(`${step}: bounds`, listOffsetsRequest, 8, {
      replicaId: -1,
      topics: [{ name, partitions: [{ partitionIndex: 0, timestamp }] }],
    })
  await side.ask(`${step}: epoch`, offsetForLeaderEpochRequest, 4, {
    replicaId: -1,
    topics: [{ topic: name, partitions: [{ partition: 0, leaderEpoch: 0 }] }],
  })
}

const truncate = (side: Side, name: string, offset: number) =>
  side.ask(`records deleted to ${offset}`, deleteRecordsRequest, 2, {
    topics: [{ name, partitions: [{ partitionIndex: 0, offset }] }],
    timeoutMs: 10_000,
  })

const commit = (side: Side, step: string, groupId: string, names: readonly string[], member?: Member) =>
  side.ask(step, offsetCommitRequest, 8, {
    groupId,
    memberId: member?.id ?? '',
    generationIdOrMemberEpoch: member?.generation ?? -1,
    topics: names.map((name) => ({
      name,
      partitions: [{ partitionIndex: 0, committedOffset: 3, committedLeaderEpoch: 0, committedMetadata: 'm' }],
    })),
  })

const committed = (side: Side, step: string, groupId: string) =>
  side.ask(step, offsetFetchRequest, 8, { groups: [{ groupId, topics: null }] })

export const sequenceCases: readonly Case[] = [
  once('After records were deleted', async (side) => {
    const { name } = await fill(side, 'a')
    for (const offset of [1, 3, 4, 6]) {
      await truncate(side, name, offset)
      await bounds(side, `from ${offset}`, name)
      for (const from of [0, offset - 1, offset, 6]) await fetch(side, `from ${offset}, read ${from}`, name, from)
    }
    await produce(side, 'one more', name, batchOf(side.recordMs, ['x']))
    await bounds(side, 'one more', name)
    await fetch(side, 'one more', name, 6)
  }),
  once('A producer whose records were deleted', async (side) => {
    const { name } = await side.topic('a')
    const batch = (baseSequence: number) =>
      batchOf(side.recordMs, ['x'], { producerId: firstOwnProducerId, producerEpoch: 0, baseSequence })
    for (const sequence of [0, 1, 2]) await produce(side, `${sequence}`, name, batch(sequence))
    await truncate(side, name, -1)
    await produce(side, 'a duplicate', name, batch(1))
    await produce(side, 'a gap', name, batch(7))
    await produce(side, 'the next', name, batch(3))
  }),
  once('A topic that was deleted and made again', async (side) => {
    const { name } = await fill(side, 'a')
    const other = await side.topic('b')
    const group = side.name('g')
    await commit(side, 'committed', group, [name, other.name])
    await committed(side, 'there', group)
    await side.ask('deleted', deleteTopicsRequest, 5, { topicNames: [name], timeoutMs: 10_000 })
    await side.settled()
    await produce(side, 'written to', name, batchOf(side.recordMs, ['x']))
    await fetch(side, 'read from', name, 0)
    await bounds(side, 'deleted', name)
    await commit(side, 'committed when deleted', group, [name, other.name])
    await side.topic('a')
    await fetch(side, 'made again', name, 0)
    await produce(side, 'written to again', name, batchOf(side.recordMs, ['y']))
    await fetch(side, 'read again', name, 0)
    await bounds(side, 'made again', name)
  }),
  once('Partitions that were added', async (side) => {
    const { name } = await side.topic('a')
    await produce(side, 'too early', name, batchOf(side.recordMs, ['x']), 2)
    await side.ask('added', createPartitionsRequest, 3, {
      topics: [{ name, count: 3, assignments: null }],
      timeoutMs: 10_000,
    })
    await side.settled()
    await produce(side, 'written', name, batchOf(side.recordMs, ['x']), 2)
    await fetch(side, 'read', name, 0, 2)
    await produce(side, 'one too far', name, batchOf(side.recordMs, ['x']), 3)
  }),
  once('Settings that take effect', async (side) => {
    const { name } = await side.topic('a')
    const large = batchOf(side.recordMs, ['x'.repeat(2000)])
    const set = async (key: string, value: string | null) => {
      const configs = [{ name: key, configOperation: value === null ? 1 : 0, value }]
      const resources = [{ resourceType: 2, resourceName: name, configs }]
      await side.ask(`${key}=${value}`, incrementalAlterConfigsRequest, 1, { resources, validateOnly: false })
      await side.settled()
    }
    await produce(side, 'large', name, large)
    await set('max.message.bytes', '1000')
    await produce(side, 'too large', name, large)
    await produce(side, 'small', name, batchOf(side.recordMs, ['x']))
    await set('max.message.bytes', null)
    await produce(side, 'large again', name, large)
    await set('max.message.bytes', String(large.length))
    await produce(side, 'just as large', name, large)
    await set('max.message.bytes', String(large.length - 1))
    await produce(side, 'a byte too large', name, large)
    await set('max.message.bytes', '0')
    await produce(side, 'nothing fits', name, batchOf(side.recordMs, ['x']))
    await set('max.message.bytes', null)
    await set('message.timestamp.before.max.ms', '1000')
    await produce(side, 'too old', name, batchOf(side.recordMs, ['x']))
    await set('message.timestamp.type', 'LogAppendTime')
    await produce(side, 'stamped', name, batchOf(side.recordMs, ['x', 'y']))
    await set('cleanup.policy', 'compact')
    await produce(side, 'without a key', name, batchOf(side.recordMs, ['x', 'y']))
    await fetch(side, 'all of it', name, 0)
  }),
  everyVersion(leaveGroupRequest, 'LeaveGroup: in the middle of a rebalance', async (side, version) => {
    const group = side.name('g')
    const [a, b] = [new Member(side, group, { join: 5 }, 'a'), new Member(side, group, { join: 5 }, 'b')]
    const leave = (step: string, member: Member) =>
      side.ask(step, leaveGroupRequest, version, {
        groupId: group,
        memberId: member.id,
        members: [{ memberId: member.id, groupInstanceId: null }],
      })
    await a.admit()
    await a.sync('a')
    const joining = b.admitted('b joins')
    await a.waitForRebalance('a hears of it')
    await a.describe('preparing')
    await commit(side, 'a commits while the group prepares', group, [(await side.topic('t')).name], a)
    await leave('a leaves while b waits', a)
    await joining
    await b.describe('completing')
    await commit(side, 'b commits before its sync', group, [side.name('t')], b)
    await b.sync('b')
    await commit(side, 'b commits', group, [side.name('t')], b)
    await commit(side, 'a commits when it is gone', group, [side.name('t')], a)
    await leave('b leaves', b)
    await committed(side, 'what was committed', group)
    await b.describe('empty')
  }),
  once('SyncGroup: the leader goes while others wait for it', async (side) => {
    const group = side.name('g')
    const [a, b] = [new Member(side, group, { join: 5 }, 'a'), new Member(side, group, { join: 5 }, 'b')]
    await a.admit()
    await a.sync('a')
    const joining = b.admitted('b joins')
    await a.waitForRebalance('a hears of it')
    await a.join('a rejoins')
    await joining
    const waiting = b.sync('b waits for the leader')
    await a.leave('the leader leaves')
    await waiting
    await b.beat('b')
    await b.join('b rejoins')
    await b.sync('b leads')
    await b.describe('b alone')
  }),
]
