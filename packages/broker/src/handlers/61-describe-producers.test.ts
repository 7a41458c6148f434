import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeProducersRequest, describeProducersResponse, ErrorCode } from '@ottla/protocol'
import { TestBroker } from '../testing/test-broker.ts'

test('the producers that a partition remembers are told', async (t) => {
  const broker = await TestBroker.start()
  t.after(() => broker.close())
  const [partition] = broker.addTopic('t')
  partition!.producers = () => [
    { producerId: 7, producerEpoch: 1, lastSequence: 41, lastTimestamp: 1000, currentTransactionStartOffset: -1 },
  ]
  const answer = await (await broker.connect()).ask(describeProducersRequest, describeProducersResponse, 0, {
    topics: [{ name: 't', partitionIndexes: [0, 3] }],
  })
  const [known, unknown] = answer.topics[0]!.partitions
  assert.deepEqual(known!.activeProducers, [
    {
      producerId: 7,
      producerEpoch: 1,
      lastSequence: 41,
      lastTimestamp: 1000,
      coordinatorEpoch: -1,
      currentTxnStartOffset: -1,
    },
  ])
  assert.equal(unknown!.errorCode, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
})

test('the producers of a topic that can not be are not told', async (t) => {
  const broker = await TestBroker.start()
  t.after(() => broker.close())
  const answer = await (await broker.connect()).ask(describeProducersRequest, describeProducersResponse, 0, {
    topics: [{ name: 'not allowed', partitionIndexes: [0] }],
  })
  assert.equal(answer.topics[0]!.partitions[0]!.errorCode, ErrorCode.INVALID_TOPIC_EXCEPTION)
})
