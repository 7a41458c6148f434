import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ErrorCode, fetchRequest, fetchResponse, packedBatches } from '@ottla/protocol'
import { batchOf, fetchFrom } from '../testing/records.ts'
import { TestBroker, topicIdOf } from '../testing/test-broker.ts'
import type { WireClient } from '../testing/wire-client.ts'

const fetch = (client: WireClient, body: Parameters<typeof client.ask<typeof fetchRequest, typeof fetchResponse>>[3]) =>
  client.ask(fetchRequest, fetchResponse, 12, body)

type Wanted = { partition: number; fetchOffset: number; partitionMaxBytes?: number; lastFetchedEpoch?: number }
const session = (sessionId: number, sessionEpoch: number, topic: string, ...partitions: Wanted[]) => ({
  maxWaitMs: 0,
  minBytes: 0,
  maxBytes: 2 ** 20,
  sessionId,
  sessionEpoch,
  topics:
    partitions.length === 0 ? [] : [{ topic, partitions: partitions.map((p) => ({ partitionMaxBytes: 1000, ...p })) }],
})

test('a fetch in the middle of a batch returns the whole batch, as it lies in the log', async (t) => {
  const broker = await TestBroker.start()
  t.after(() => broker.close())
  const [partition] = broker.addTopic('t')
  await partition!.append(batchOf('a', 'b', 'c'))
  await partition!.append(batchOf('d'))
  const client = await broker.connect()
  for (const version of [4, 5, 7, 9, 11, 12]) {
    const answer = await client.ask(fetchRequest, fetchResponse, version, fetchFrom('t', 0, 1))
    const [read] = answer.responses[0]!.partitions
    assert.equal(read!.errorCode, ErrorCode.NONE)
    assert.equal(read!.highWatermark, 4)
    assert.deepEqual(
      packedBatches(read!.records!).map((batch) => batch.baseOffset),
      [0, 3],
    )
  }
})

test('a fetch waits for minBytes and is answered when they come', async (t) => {
  const broker = await TestBroker.start()
  t.after(() => broker.close())
  const [partition] = broker.addTopic('t')
  const client = await broker.connect()
  const size = batchOf('x').length
  const answered = fetch(client, fetchFrom('t', 0, 0, { minBytes: 2 * size, maxWaitMs: 60_000 }))
  await broker.until(() => partition!.listenerCount === 1)
  await partition!.append(batchOf('x'))
  assert.equal(partition!.listenerCount, 1)
  await partition!.append(batchOf('y'))
  assert.equal((await answered).responses[0]!.partitions[0]!.records!.length, 2 * size)
  assert.equal(partition!.listenerCount, 0)
})

test('a fetch that waits in vain is answered with nothing when its time is up', async (t) => {
  const broker = await TestBroker.start()
  t.after(() => broker.close())
  broker.addTopic('t')
  const answer = await fetch(await broker.connect(), fetchFrom('t', 0, 0, { maxWaitMs: 20 }))
  assert.equal(answer.responses[0]!.partitions[0]!.records!.length, 0)
})

test('a waiting fetch ends when its topic goes, and costs nothing when its client goes', async (t) => {
  const broker = await TestBroker.start()
  t.after(() => broker.close())
  const [gone] = broker.addTopic('gone')
  const [left] = broker.addTopic('left')
  const [a, b] = [await broker.connect(), await broker.connect()]
  const answered = fetch(a, fetchFrom('gone', 0, 0, { maxWaitMs: 60_000 }))
  b.send(fetchRequest, 12, fetchFrom('left', 0, 0, { maxWaitMs: 60_000 }))
  await broker.until(() => gone!.listenerCount === 1 && left!.listenerCount === 1)
  b.close()
  await broker.until(() => left!.listenerCount === 0)
  broker.removeTopic('gone')
  const [partition] = (await answered).responses[0]!.partitions
  assert.equal(partition!.errorCode, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
})

test('one bad partition is answered at once and never fails the others', async (t) => {
  const broker = await TestBroker.start()
  t.after(() => broker.close())
  const [good] = broker.addTopic('t', 4)
  await good!.append(batchOf('a'))
  const client = await broker.connect()
  const wanted = (partition: number, fetchOffset: number, currentLeaderEpoch = -1) => ({
    partition,
    fetchOffset,
    currentLeaderEpoch,
    partitionMaxBytes: 1000,
  })
  good!.leaderEpoch = 0
  const answer = await fetch(client, {
    maxWaitMs: 60_000,
    minBytes: 10_000,
    maxBytes: 1000,
    topics: [
      { topic: 't', partitions: [wanted(0, 0), wanted(1, 7), wanted(2, 0, 5), wanted(9, 0)] },
      { topic: 'nowhere', partitions: [wanted(0, 0)] },
    ],
  })
  const codes = answer.responses.flatMap(({ partitions }) => partitions.map(({ errorCode }) => errorCode))
  assert.deepEqual(codes, [
    ErrorCode.NONE,
    ErrorCode.OFFSET_OUT_OF_RANGE,
    ErrorCode.UNKNOWN_LEADER_EPOCH,
    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
  ])
  assert.equal(answer.responses[0]!.partitions[0]!.records!.length, batchOf('a').length)
})

test('a fenced client is told the leader and its epoch', async (t) => {
  const broker = await TestBroker.start()
  t.after(() => broker.close())
  const [partition] = broker.addTopic('t')
  partition!.leaderEpoch = 3
  const answer = await (await broker.connect()).ask(fetchRequest, fetchResponse, 16, {
    maxBytes: 1000,
    topics: [
      {
        topicId: topicIdOf('t'),
        partitions: [{ partition: 0, fetchOffset: 0, currentLeaderEpoch: 2, partitionMaxBytes: 1 }],
      },
    ],
  })
  const [fenced] = answer.responses[0]!.partitions
  assert.equal(fenced!.errorCode, ErrorCode.FENCED_LEADER_EPOCH)
  assert.deepEqual(fenced!.currentLeader, { leaderId: 1, leaderEpoch: 3 })
  assert.equal(answer.nodeEndpoints[0]!.port, broker.address.port)
})

test('the bytes of an answer end at maxBytes, but the first batch comes whole', async (t) => {
  const broker = await TestBroker.start()
  t.after(() => broker.close())
  const partitions = broker.addTopic('t', 3)
  for (const partition of partitions) for (let i = 0; i < 3; i++) await partition.append(batchOf('x'.repeat(500)))
  for (const partition of partitions) partition.readsFromDisk = true
  const size = batchOf('x'.repeat(500)).length
  const client = await broker.connect()
  const counts = async (maxBytes: number, partitionMaxBytes: number) => {
    const wanted = partitions.map((_, partition) => ({ partition, fetchOffset: 0, partitionMaxBytes }))
    const answer = await fetch(client, { maxBytes, minBytes: 1, topics: [{ topic: 't', partitions: wanted }] })
    return answer.responses[0]!.partitions.map(({ records }) => records!.length / size)
  }
  assert.deepEqual(await counts(1, 10_000), [1, 0, 0])
  assert.deepEqual(await counts(100_000, 1), [1, 0, 0])
  assert.deepEqual(await counts(100_000, 2 * size), [2, 2, 2])
  assert.deepEqual(await counts(5 * size, 100_000), [3, 2, 0])
})

test('a session answers only what changed', async (t) => {
  const broker = await TestBroker.start()
  t.after(() => broker.close())
  const partitions = broker.addTopic('t', 3)
  const client = await broker.connect()
  const told = (answer: { responses: { partitions: { partitionIndex: number }[] }[] }) =>
    answer.responses.flatMap((topic) => topic.partitions.map((partition) => partition.partitionIndex))

  const wanted = [0, 1, 2].map((partition) => ({ partition, fetchOffset: 0 }))
  const full = await fetch(client, session(0, 0, 't', ...wanted))
  assert.ok(full.sessionId > 0)
  assert.deepEqual(told(full), [0, 1, 2])
  assert.deepEqual(told(await fetch(client, session(full.sessionId, 1, 't'))), [])

  await partitions[1]!.append(batchOf('a'))
  const changed = await fetch(client, session(full.sessionId, 2, 't'))
  assert.deepEqual(told(changed), [1])
  assert.equal(changed.responses[0]!.partitions[0]!.records!.length, batchOf('a').length)

  assert.deepEqual(told(await fetch(client, session(full.sessionId, 3, 't', { partition: 1, fetchOffset: 1 }))), [])
  const forgotten = { ...session(full.sessionId, 4, 't'), forgottenTopicsData: [{ topic: 't', partitions: [0] }] }
  await fetch(client, forgotten)
  await partitions[0]!.append(batchOf('b'))
  await partitions[2]!.deleteRecords(0)
  assert.deepEqual(told(await fetch(client, session(full.sessionId, 5, 't'))), [])
})

test('partitions with an error are told again when the error is over', async (t) => {
  const broker = await TestBroker.start()
  t.after(() => broker.close())
  const [partition] = broker.addTopic('t')
  const client = await broker.connect()
  const { sessionId } = await fetch(client, session(0, 0, 't', { partition: 0, fetchOffset: 0 }))
  const code = async (epoch: number, ...wanted: Wanted[]) =>
    (await fetch(client, session(sessionId, epoch, 't', ...wanted))).responses[0]?.partitions[0]?.errorCode
  assert.equal(await code(1), undefined)
  assert.equal(await code(2, { partition: 0, fetchOffset: 5 }), ErrorCode.OFFSET_OUT_OF_RANGE)
  assert.equal(await code(3), ErrorCode.OFFSET_OUT_OF_RANGE)
  assert.equal(await code(4, { partition: 0, fetchOffset: 0 }), ErrorCode.NONE)
  assert.equal(await code(5), undefined)
  assert.equal(partition!.highWatermark, 0)
})

test('sessions refuse wrong ids and epochs, and end when the client says so', async (t) => {
  const broker = await TestBroker.start()
  t.after(() => broker.close())
  broker.addTopic('t')
  const client = await broker.connect()
  const wanted = { partition: 0, fetchOffset: 0 }
  const { sessionId } = await fetch(client, session(0, 0, 't', wanted))
  assert.equal((await fetch(client, session(sessionId + 1, 1, 't'))).errorCode, ErrorCode.FETCH_SESSION_ID_NOT_FOUND)
  assert.equal((await fetch(client, session(sessionId, 2, 't'))).errorCode, ErrorCode.INVALID_FETCH_SESSION_EPOCH)
  const byId = await client.ask(fetchRequest, fetchResponse, 13, session(sessionId, 1, 't'))
  assert.equal(byId.errorCode, ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR)
  const ended = await fetch(client, session(sessionId, -1, 't', wanted))
  assert.equal(ended.sessionId, 0)
  assert.equal(ended.responses.length, 1)
  assert.equal((await fetch(client, session(sessionId, 1, 't'))).errorCode, ErrorCode.FETCH_SESSION_ID_NOT_FOUND)
})

test('partitions that had data are read last in the next answer', async (t) => {
  const broker = await TestBroker.start()
  t.after(() => broker.close())
  const partitions = broker.addTopic('t', 2)
  for (const partition of partitions) for (let i = 0; i < 3; i++) await partition.append(batchOf('x'.repeat(100)))
  const client = await broker.connect()
  const wanted = [0, 1].map((partition) => ({ partition, fetchOffset: 0 }))
  const withData = (answer: { responses: { partitions: { partitionIndex: number; records: Buffer | null }[] }[] }) =>
    answer.responses
      .flatMap(({ partitions }) => partitions)
      .flatMap((p) => (p.records!.length > 0 ? [p.partitionIndex] : []))
  const first = await fetch(client, { ...session(0, 0, 't', ...wanted), maxBytes: 1 })
  assert.deepEqual(withData(first), [0])
  const order = [1, 2, 3].map(async (epoch) =>
    withData(await fetch(client, { ...session(first.sessionId, epoch, 't'), maxBytes: 1 })),
  )
  assert.deepEqual(await Promise.all(order), [[0], [1], [0]])
})

test('when the slots for sessions are taken, a client goes on without one', async (t) => {
  const broker = await TestBroker.start({ maxIncrementalFetchSessionCacheSlots: 1 })
  t.after(() => broker.close())
  broker.addTopic('t')
  const client = await broker.connect()
  const wanted = { partition: 0, fetchOffset: 0 }
  assert.ok((await fetch(client, session(0, 0, 't', wanted))).sessionId > 0)
  assert.equal((await fetch(client, session(0, 0, 't', wanted))).sessionId, 0)
})

test('topic ids name topics since v13, and an unknown one has its own error', async (t) => {
  const broker = await TestBroker.start()
  t.after(() => broker.close())
  const [partition] = broker.addTopic('t')
  await partition!.append(batchOf('a'))
  const client = await broker.connect()
  const wanted = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1000 }]
  for (const version of [13, 14, 15, 16, 17, 18]) {
    const answer = await client.ask(fetchRequest, fetchResponse, version, {
      maxBytes: 1000,
      topics: [
        { topicId: topicIdOf('t'), partitions: wanted },
        { topicId: topicIdOf('u'), partitions: wanted },
      ],
    })
    const codes = answer.responses.map(({ partitions }) => partitions[0]!.errorCode)
    assert.deepEqual(codes, [ErrorCode.NONE, ErrorCode.UNKNOWN_TOPIC_ID])
  }
})

test('a client that has read another history is told where it parts', async (t) => {
  const broker = await TestBroker.start()
  t.after(() => broker.close())
  const [partition] = broker.addTopic('t')
  await partition!.append(batchOf('a', 'b'))
  partition!.leaderEpoch = 2
  const answer = await fetch(
    await broker.connect(),
    session(0, -1, 't', { partition: 0, fetchOffset: 1, lastFetchedEpoch: 5 }),
  )
  assert.deepEqual(answer.responses[0]!.partitions[0]!.divergingEpoch, { epoch: 2, endOffset: 2 })
})

test('partitions take turns where the broker ends an answer before the client would', async (t) => {
  const size = batchOf('x'.repeat(500)).length
  const broker = await TestBroker.start({ fetchReadMaxBytes: size })
  t.after(() => broker.close())
  const partitions = broker.addTopic('t', 3)
  for (const partition of partitions) await partition.append(batchOf('x'.repeat(500)))
  const client = await broker.connect()
  const seen = new Set<number>()
  for (let i = 0; i < 3; i++) {
    const wanted = partitions.map((_, partition) => ({ partition, fetchOffset: 0, partitionMaxBytes: 10_000 }))
    const answer = await fetch(client, { maxBytes: 100_000, minBytes: 1, topics: [{ topic: 't', partitions: wanted }] })
    for (const { partitionIndex, records } of answer.responses[0]!.partitions)
      if (records!.length > 0) seen.add(partitionIndex)
  }
  assert.deepEqual([...seen].sort(), [0, 1, 2])
})
