import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ErrorCode, offsetForLeaderEpochRequest, offsetForLeaderEpochResponse } from '@ottla/protocol'
import { batchOf } from '../testing/records.ts'
import { TestBroker } from '../testing/test-broker.ts'

test('the end of a leader epoch is told, and clients of other epochs are fenced', async (t) => {
  const broker = await TestBroker.start()
  t.after(() => broker.close())
  const [partition] = broker.addTopic('t')
  await partition!.append(batchOf('a', 'b'))
  partition!.leaderEpoch = 2
  const client = await broker.connect()
  for (const version of [2, 3, 4]) {
    const ask = async (index: number, leaderEpoch: number, currentLeaderEpoch = -1) => {
      const topics = [{ topic: 't', partitions: [{ partition: index, currentLeaderEpoch, leaderEpoch }] }]
      const answer = await client.ask(offsetForLeaderEpochRequest, offsetForLeaderEpochResponse, version, { topics })
      const { errorCode, leaderEpoch: epoch, endOffset } = answer.topics[0]!.partitions[0]!
      return [errorCode, epoch, endOffset]
    }
    assert.deepEqual(await ask(0, 5), [ErrorCode.NONE, 2, 2])
    assert.deepEqual(await ask(0, -1), [ErrorCode.NONE, -1, -1])
    assert.deepEqual(await ask(0, 2, 1), [ErrorCode.FENCED_LEADER_EPOCH, -1, -1])
    assert.deepEqual(await ask(0, 2, 3), [ErrorCode.UNKNOWN_LEADER_EPOCH, -1, -1])
    assert.deepEqual(await ask(9, 2), [ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, -1, -1])
  }
})
