import { fetchRequest, listOffsetsRequest, offsetForLeaderEpochRequest, produceRequest } from '@ottla/protocol'
import { type Case, everyVersion, once } from '../case.ts'
import type { AskOptions, Side, Topic } from '../side.ts'
import { batchOf } from './batches.ts'
import { fill } from './filled-topic.ts'

const unknownId = 'AAAAAAAAAAAAAAAAAAAAQQ'

interface Wanted {
  readonly topic?: { readonly name: string; readonly id: string }
  readonly partition?: number
  readonly fetchOffset?: number
  readonly currentLeaderEpoch?: number
  readonly lastFetchedEpoch?: number
  readonly partitionMaxBytes?: number
}

interface Fetching {
  readonly maxWaitMs?: number
  readonly minBytes?: number
  readonly maxBytes?: number
  readonly isolationLevel?: number
  readonly sessionId?: number
  readonly sessionEpoch?: number
  readonly forgotten?: readonly {
    readonly topic: { readonly name: string; readonly id: string }
    readonly partitions: number[]
  }[]
  readonly replicaId?: number
}

function fetching(side: Side, version: number, topic: Topic) {
  return (step: string, wanted: readonly Wanted[], how: Fetching = {}, options: AskOptions = {}) => {
    const {
      maxWaitMs = 0,
      minBytes = 0,
      maxBytes = 1_000_000,
      isolationLevel = 0,
      sessionId = 0,
      sessionEpoch = -1,
      forgotten = [],
      replicaId = -1,
    } = how
    const topics = wanted.map(({ topic: of = topic, partition = 0, ...rest }) => ({
      topic: of.name,
      topicId: of.id,
      partitions: [
        {
          partition,
          currentLeaderEpoch: -1,
          fetchOffset: 0,
          lastFetchedEpoch: -1,
          partitionMaxBytes: 1_000_000,
          ...rest,
        },
      ],
    }))
    const body = {
      replicaId,
      maxWaitMs,
      minBytes,
      maxBytes,
      isolationLevel,
      sessionId,
      sessionEpoch,
      topics,
      forgottenTopicsData: forgotten.map((one) => ({
        topic: one.topic.name,
        topicId: one.topic.id,
        partitions: one.partitions,
      })),
      rackId: '',
    }
    return side.ask(step, fetchRequest, version, body as never, options)
  }
}

export const fetchCases: readonly Case[] = [
  everyVersion(fetchRequest, 'Fetch: without a session', async (side, version) => {
    const topic = await fill(side, 'a')
    const ask = fetching(side, version, topic)
    const missing = { name: side.name('missing'), id: unknownId }
    await ask('from 0', [{}])
    await ask('from the middle of a batch', [{ fetchOffset: 4 }])
    await ask('the end', [{ fetchOffset: 6 }])
    await ask('beyond the end', [{ fetchOffset: 7 }])
    await ask('far beyond the end', [{ fetchOffset: 2 ** 50 }])
    await ask('before the start', [{ fetchOffset: -1 }])
    await ask('two partitions', [{}, { partition: 1 }])
    await ask('read committed', [{}], { isolationLevel: 1 })
    await ask('an unknown isolation level', [{}], { isolationLevel: 7 })
    await ask('one byte', [{ partitionMaxBytes: 1 }])
    await ask('no bytes', [{ partitionMaxBytes: 0 }])
    await ask('one byte in all', [{}, { partition: 1 }], { maxBytes: 1 })
    await ask('no bytes in all', [{}], { maxBytes: 0 })
    await ask('a batch and a bit', [{ partitionMaxBytes: 120 }])
    await ask('a missing topic', [{ topic: missing }, {}])
    await ask('wrong partition', [{ partition: 5 }, { partition: -1 }, {}])
    await ask('twice', [{ fetchOffset: 0 }, { fetchOffset: 3 }])
    await ask('nothing', [])
    await ask('no wait, many bytes wanted', [{ fetchOffset: 6 }], { minBytes: 1000 })
    await ask('a short wait', [{ fetchOffset: 6 }], { minBytes: 1, maxWaitMs: 100 })
    await ask('a short wait with data', [{}], { minBytes: 1_000_000, maxWaitMs: 100 })
    await ask('a negative wait', [{ fetchOffset: 6 }], { minBytes: 1, maxWaitMs: -1 })
    await ask('an error does not wait', [{ partition: 9 }], { minBytes: 1, maxWaitMs: 5_000 }, { waitMs: 2_000 })
    await ask('epoch 0', [{ currentLeaderEpoch: 0 }])
    await ask('a later epoch', [{ currentLeaderEpoch: 3 }])
    await ask('epoch -2', [{ currentLeaderEpoch: -2 }])
    await ask('last fetched epoch 0', [{ lastFetchedEpoch: 0, fetchOffset: 3 }])
    await ask('a later last fetched epoch', [{ lastFetchedEpoch: 4, fetchOffset: 3 }])
    await ask('last fetched epoch, beyond the end', [{ lastFetchedEpoch: 0, fetchOffset: 9 }])
    await ask('internal topic', [{ topic: { name: '__consumer_offsets', id: unknownId }, partition: 60 }])
    await side.ask('no partitions', fetchRequest, version, {
      maxWaitMs: 0,
      minBytes: 0,
      topics: [{ topic: topic.name, topicId: topic.id, partitions: [] }],
    } as never)
  }),
  everyVersion(
    fetchRequest,
    'Fetch: sessions',
    async (side, version) => {
      const topic = await fill(side, 'a')
      const other = await side.topic('b')
      const ask = fetching(side, version, topic)
      const produce = () =>
        side.tell(produceRequest, 9, {
          acks: -1,
          timeoutMs: 5_000,
          topicData: [{ name: topic.name, partitionData: [{ index: 1, records: batchOf(side.recordMs, ['x']) }] }],
        })
      const { sessionId } = await ask('new', [{ fetchOffset: 6 }, { partition: 1 }], { sessionEpoch: 0 })
      const next = (step: string, epoch: number, wanted: readonly Wanted[] = [], how: Fetching = {}) =>
        ask(step, wanted, { sessionId, sessionEpoch: epoch, ...how })
      await next('nothing new', 1)
      await produce()
      await next('a record came', 2)
      await next('the same again', 3)
      await next('read on', 4, [{ partition: 1, fetchOffset: 1 }])
      await next('nothing new there', 5)
      await next('another topic', 6, [{ topic: other }])
      await next('a wrong partition', 7, [{ partition: 7 }])
      await next('still a wrong partition', 8)
      await next('a missing topic', 9, [{ topic: { name: side.name('missing'), id: unknownId } }])
      await next('still a missing topic', 10)
      await next('an epoch too far', 12)
      await next('an epoch too old', 10)
      await next('forgotten', 11, [], {
        forgotten: [
          { topic, partitions: [7, 99] },
          { topic: { name: side.name('missing'), id: unknownId }, partitions: [0] },
        ],
      })
      await next('from the start', 12, [{ fetchOffset: 0 }])
      await next('out of range', 13, [{ fetchOffset: 99 }])
      await next('still out of range', 14)
      await next('back again', 15, [{ fetchOffset: 6 }])
      await next('all forgotten', 16, [], {
        forgotten: [
          { topic, partitions: [0, 1] },
          { topic: other, partitions: [0] },
        ],
      })
      await next('after it', 17)
      await ask('an unknown session', [{}], { sessionId: 12345, sessionEpoch: 3 })
      await ask('session 0, epoch 3', [{}], { sessionId: 0, sessionEpoch: 3 })
      await ask('epoch -2', [{}], { sessionId: 0, sessionEpoch: -2 })
      await ask('a negative session', [{}], { sessionId: -5, sessionEpoch: 0 })
      const second = await ask('a second one', [{ fetchOffset: 6 }], { sessionEpoch: 0 })
      await ask('closed', [{ fetchOffset: 6 }], { sessionId: second.sessionId, sessionEpoch: -1 })
      await ask('used after it was closed', [], { sessionId: second.sessionId, sessionEpoch: 1 })
      const third = await ask('a third one', [{ fetchOffset: 6 }], { sessionEpoch: 0 })
      await ask('replaced', [{ fetchOffset: 6 }], { sessionId: third.sessionId, sessionEpoch: 0 })
      await ask('the one that was replaced', [], { sessionId: third.sessionId, sessionEpoch: 1 })
      await ask('new without partitions', [], { sessionEpoch: 0 })
      const names = version >= 13 ? 12 : 13
      const fourth = await ask('a fourth one', [{ fetchOffset: 6 }], { sessionEpoch: 0 })
      await fetching(side, names, topic)('by name and by id', [], { sessionId: fourth.sessionId, sessionEpoch: 1 })
      await fetching(side, names, topic)('by name and by id, with a topic', [{}], {
        sessionId: fourth.sessionId,
        sessionEpoch: 1,
      })
    },
    (version) => version >= 7,
  ),
  once('Fetch: waits until records come', async (side) => {
    const topic = await fill(side, 'a')
    const ask = fetching(side, 11, topic)
    const began = Date.now()
    const waiting = ask('woken', [{ fetchOffset: 6 }], { minBytes: 1, maxWaitMs: 9_000 }, { on: 'waiting' })
    await new Promise((resolve) => setTimeout(resolve, 200))
    await side.tell(produceRequest, 9, {
      acks: -1,
      timeoutMs: 5_000,
      topicData: [{ name: topic.name, partitionData: [{ index: 0, records: batchOf(side.recordMs, ['x']) }] }],
    })
    await waiting
    // Ottla also wakes those who wait when any topic goes away, and then there may be nothing yet.
    side.steps.shift()
    side.note('before its time', Date.now() - began < 8_000)
    await ask('read', [{ fetchOffset: 6 }])
  }),
  everyVersion(listOffsetsRequest, 'ListOffsets', async (side, version) => {
    const topic = await fill(side, 'a')
    const ask = (
      step: string,
      timestamp: number,
      { partition = 0, epoch = -1, name = topic.name, isolationLevel = 0, replicaId = -1 } = {},
    ) =>
      side.ask(step, listOffsetsRequest, version, {
        replicaId,
        isolationLevel,
        topics: [{ name, partitions: [{ partitionIndex: partition, currentLeaderEpoch: epoch, timestamp }] }],
        timeoutMs: 5_000,
      })
    for (let timestamp = -1; timestamp >= -8; timestamp--) {
      await ask(`special ${timestamp}`, timestamp)
      await ask(`special ${timestamp}, empty`, timestamp, { partition: 1 })
      await ask(`special ${timestamp}, committed`, timestamp, { isolationLevel: 1 })
    }
    await ask('far below', -(2 ** 40))
    await ask('time 0', 0)
    await ask('the first record', side.recordMs)
    await ask('the second record', side.recordMs + 1)
    await ask('between two batches', side.recordMs + 500)
    await ask('the last record', side.recordMs + 2000)
    await ask('later than all', side.recordMs + 2001)
    await ask('a time, empty', side.recordMs, { partition: 1 })
    await ask('epoch 0', -1, { epoch: 0 })
    await ask('a later epoch', -1, { epoch: 5 })
    await ask('epoch -2', -1, { epoch: -2 })
    await ask('wrong partition', -1, { partition: 9 })
    await ask('negative partition', -1, { partition: -1 })
    await ask('missing topic', -1, { name: side.name('missing') })
    await ask('invalid topic', -1, { name: 'a b' })
    await ask('an unknown isolation level', -1, { isolationLevel: 3 })
    const twice = [0, 0].map((partitionIndex) => ({ partitionIndex, timestamp: -1 }))
    await side.ask('twice', listOffsetsRequest, version, {
      replicaId: -1,
      topics: [{ name: topic.name, partitions: twice }],
    })
    await side.ask('no partitions', listOffsetsRequest, version, {
      replicaId: -1,
      topics: [{ name: topic.name, partitions: [] }],
    })
    await side.ask('nothing', listOffsetsRequest, version, { replicaId: -1, topics: [] })
  }),
  everyVersion(offsetForLeaderEpochRequest, 'OffsetForLeaderEpoch', async (side, version) => {
    const topic = await fill(side, 'a')
    const ask = (
      step: string,
      leaderEpoch: number,
      { partition = 0, currentLeaderEpoch = -1, name = topic.name, replicaId = -1 } = {},
    ) =>
      side.ask(step, offsetForLeaderEpochRequest, version, {
        replicaId,
        topics: [{ topic: name, partitions: [{ partition, currentLeaderEpoch, leaderEpoch }] }],
      })
    for (const epoch of [0, 1, 5, -1, -2, 2 ** 31 - 1]) {
      await ask(`epoch ${epoch}`, epoch)
      await ask(`epoch ${epoch}, empty`, epoch, { partition: 1 })
    }
    await ask('current epoch 0', 0, { currentLeaderEpoch: 0 })
    await ask('a later current epoch', 0, { currentLeaderEpoch: 2 })
    await ask('current epoch -2', 0, { currentLeaderEpoch: -2 })
    await ask('wrong partition', 0, { partition: 9 })
    await ask('missing topic', 0, { name: side.name('missing') })
    await ask('as a debugger', 0, { replicaId: -2 })
    await side.ask('nothing', offsetForLeaderEpochRequest, version, { replicaId: -1, topics: [] })
  }),
]
