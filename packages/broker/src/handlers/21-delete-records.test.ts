import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deleteRecordsRequest, deleteRecordsResponse, ErrorCode } from '@ottla/protocol'
import { batchOf } from '../testing/records.ts'
import { TestBroker } from '../testing/test-broker.ts'

test('the start of a partition moves forward, at most to the high watermark', async (t) => {
  const broker = await TestBroker.start()
  t.after(() => broker.close())
  const [partition, compacted] = broker.addTopic('t', 2)
  compacted!.settings = { ...compacted!.settings, cleanup: { delete: false, compact: true } }
  broker.addTopic('internal', 1, { internal: true })
  await partition!.append(batchOf('a', 'b', 'c'))
  const client = await broker.connect()
  const deleted = async (name: string, partitionIndex: number, offset: number) => {
    const topics = [{ name, partitions: [{ partitionIndex, offset }] }]
    const answer = await client.ask(deleteRecordsRequest, deleteRecordsResponse, 2, { topics, timeoutMs: 1000 })
    const { lowWatermark, errorCode } = answer.topics[0]!.partitions[0]!
    return [lowWatermark, errorCode]
  }
  assert.deepEqual(await deleted('t', 0, 2), [2, ErrorCode.NONE])
  assert.deepEqual(await deleted('t', 0, 4), [-1, ErrorCode.OFFSET_OUT_OF_RANGE])
  assert.deepEqual(await deleted('t', 0, -2), [-1, ErrorCode.OFFSET_OUT_OF_RANGE])
  assert.deepEqual(await deleted('t', 0, 1), [2, ErrorCode.NONE])
  assert.deepEqual(await deleted('t', 0, -1), [3, ErrorCode.NONE])
  assert.deepEqual(await deleted('t', 1, 0), [-1, ErrorCode.POLICY_VIOLATION])
  assert.deepEqual(await deleted('t', 7, 0), [-1, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION])
  assert.deepEqual(await deleted('internal', 0, 0), [-1, ErrorCode.INVALID_TOPIC_EXCEPTION])
})
