import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ErrorCode, listOffsetsRequest, listOffsetsResponse } from '@ottla/protocol'
import { batchOf } from '../testing/records.ts'
import { TestBroker } from '../testing/test-broker.ts'

async function started(t: { after(end: () => Promise<void>): void }) {
  const broker = await TestBroker.start()
  t.after(() => broker.close())
  const [partition] = broker.addTopic('t', 2)
  await partition!.append(batchOf('a', 'b'))
  await partition!.append(batchOf('c', 'd', 'e'))
  await partition!.deleteRecords(1)
  partition!.leaderEpoch = 4
  const client = await broker.connect()
  const ask = async (
    version: number,
    ...partitions: { partitionIndex: number; timestamp: number; currentLeaderEpoch?: number }[]
  ) => {
    const body = { replicaId: -1, topics: [{ name: 't', partitions }] }
    const answer = await client.ask(listOffsetsRequest, listOffsetsResponse, version, body)
    return answer.topics[0]!.partitions
  }
  return { ask }
}

test('offsets are found by place and by time', async (t) => {
  const { ask } = await started(t)
  const offset = async (version: number, timestamp: number) => {
    const [found] = await ask(version, { partitionIndex: 0, timestamp })
    assert.equal(found!.errorCode, ErrorCode.NONE)
    return found!.offset
  }
  for (const version of [1, 2, 4, 6, 7, 11]) {
    assert.equal(await offset(version, -1), 5)
    assert.equal(await offset(version, -2), 1)
    assert.equal(await offset(version, 1001), 0)
    assert.equal(await offset(version, 5000), -1)
  }
  assert.equal(await offset(7, -3), 2)
  assert.equal(await offset(8, -4), 1)
  assert.equal(await offset(9, -5), -1)
  assert.equal(await offset(11, -6), -1)
})

test('a place that the version does not know is refused, and so is a partition named twice', async (t) => {
  const { ask } = await started(t)
  const codes = async (version: number, ...timestamps: number[]) =>
    (await ask(version, ...timestamps.map((timestamp, i) => ({ partitionIndex: i, timestamp })))).map(
      (p) => p.errorCode,
    )
  assert.deepEqual(await codes(6, -3, -1, -1), [ErrorCode.UNSUPPORTED_VERSION, 0, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION])
  assert.deepEqual(await codes(11, -7, -1), [ErrorCode.UNSUPPORTED_VERSION, 0])
  const twice = await ask(6, { partitionIndex: 0, timestamp: -1 }, { partitionIndex: 0, timestamp: -2 })
  assert.deepEqual(
    twice.map((p) => p.errorCode),
    [ErrorCode.INVALID_REQUEST],
  )
})

test('leader epochs fence', async (t) => {
  const { ask } = await started(t)
  const code = async (currentLeaderEpoch: number) =>
    (await ask(4, { partitionIndex: 0, timestamp: -1, currentLeaderEpoch }))[0]!.errorCode
  assert.equal(await code(3), ErrorCode.FENCED_LEADER_EPOCH)
  assert.equal(await code(4), ErrorCode.NONE)
  assert.equal(await code(5), ErrorCode.UNKNOWN_LEADER_EPOCH)
})
