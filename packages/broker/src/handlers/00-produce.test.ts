import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  apiVersionsRequest,
  apiVersionsResponse,
  ErrorCode,
  KafkaError,
  pack,
  produceRequest,
  produceResponse,
} from '@ottla/protocol'
import { batchOf, produceTo } from '../testing/records.ts'
import { TestBroker, topicIdOf } from '../testing/test-broker.ts'

test('a batch is appended at every version, by name or by id', async (t) => {
  const broker = await TestBroker.start()
  t.after(() => broker.close())
  broker.addTopic('t')
  const client = await broker.connect()
  for (let version = 3; version <= 13; version++) {
    const request = produceTo('t', 0, batchOf('a', 'b'))
    const answer = await client.ask(produceRequest, produceResponse, version, {
      ...request,
      topicData: [{ ...request.topicData[0]!, topicId: topicIdOf('t') }],
    })
    const [partition] = answer.responses[0]!.partitionResponses
    assert.equal(partition!.errorCode, ErrorCode.NONE)
    assert.equal(partition!.baseOffset, 2 * (version - 3))
    assert.equal(partition!.logAppendTimeMs, -1)
  }
})

test('each partition has its own error, and the others are appended', async (t) => {
  const broker = await TestBroker.start()
  t.after(() => broker.close())
  const [good, failing, strict] = broker.addTopic('t', 8)
  broker.addTopic('internal', 1, { internal: true })
  failing!.failure = new KafkaError('MESSAGE_TOO_LARGE', 'too large')
  strict!.settings = { ...strict!.settings, minInsyncReplicas: 2 }
  const corrupt = batchOf('a')
  corrupt[corrupt.length - 1]! ^= 1
  const oldMagic = batchOf('a')
  oldMagic[16] = 1
  const transactional = pack([{ value: null, timestamp: 1 }], {
    isTransactional: true,
    producerId: 1,
    producerEpoch: 0,
    baseSequence: 0,
  }).bytes
  const records = [batchOf('a'), batchOf('b'), batchOf('c'), corrupt, null, oldMagic, transactional]
  const answer = await (await broker.connect()).ask(produceRequest, produceResponse, 9, {
    acks: -1,
    timeoutMs: 1000,
    topicData: [
      {
        name: 't',
        partitionData: [...records.map((records, index) => ({ index, records })), { index: 77, records: batchOf('a') }],
      },
      { name: 'nowhere', partitionData: [{ index: 0, records: batchOf('a') }] },
      { name: 'internal', partitionData: [{ index: 0, records: batchOf('a') }] },
    ],
  })
  const codes = answer.responses.flatMap((topic) => topic.partitionResponses.map(({ errorCode }) => errorCode))
  assert.deepEqual(codes, [
    ErrorCode.NONE,
    ErrorCode.MESSAGE_TOO_LARGE,
    ErrorCode.NOT_ENOUGH_REPLICAS,
    ErrorCode.CORRUPT_MESSAGE,
    ErrorCode.INVALID_RECORD,
    ErrorCode.INVALID_RECORD,
    ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    ErrorCode.INVALID_TOPIC_EXCEPTION,
  ])
  assert.equal(answer.responses[0]!.partitionResponses[1]!.errorMessage, 'too large')
  assert.equal(good!.highWatermark, 1)
})

test('acks other than 0, 1 and all are refused', async (t) => {
  const broker = await TestBroker.start()
  t.after(() => broker.close())
  const [partition] = broker.addTopic('t')
  const client = await broker.connect()
  for (const acks of [2, -2]) {
    const answer = await client.ask(produceRequest, produceResponse, 8, produceTo('t', 0, batchOf('a'), acks))
    assert.equal(answer.responses[0]!.partitionResponses[0]!.errorCode, ErrorCode.INVALID_REQUIRED_ACKS)
  }
  assert.equal(partition!.highWatermark, 0)
})

test('acks=0 has no answer; after an error the connection is closed', async (t) => {
  const broker = await TestBroker.start()
  t.after(() => broker.close())
  const [partition] = broker.addTopic('t')
  const client = await broker.connect()
  client.send(produceRequest, 9, produceTo('t', 0, batchOf('a'), 0))
  client.send(apiVersionsRequest, 0, {})
  assert.equal((await client.answer(apiVersionsResponse, 0)).correlationId, 2)
  assert.equal(partition!.highWatermark, 1)
  client.send(produceRequest, 9, produceTo('nowhere', 0, batchOf('a'), 0))
  await client.whenClosed
  assert.match(broker.logged.at(-1)!.message, /acks=0 failed with UNKNOWN_TOPIC_OR_PARTITION/)
})

test('what is not on disk in time is answered with REQUEST_TIMED_OUT', async (t) => {
  const broker = await TestBroker.start()
  t.after(() => broker.close())
  const [held] = broker.addTopic('t')
  held!.hold()
  const request = { ...produceTo('t', 0, batchOf('a')), timeoutMs: 1 }
  const answer = await (await broker.connect()).ask(produceRequest, produceResponse, 9, request)
  assert.equal(answer.responses[0]!.partitionResponses[0]!.errorCode, ErrorCode.REQUEST_TIMED_OUT)
  held!.release()
})

test('a defect in the storage is one error in the log and UNKNOWN_SERVER_ERROR for that partition', async (t) => {
  const broker = await TestBroker.start()
  t.after(() => broker.close())
  const [broken] = broker.addTopic('t')
  broken!.failure = new Error('a defect')
  const answer = await (await broker.connect()).ask(produceRequest, produceResponse, 9, produceTo('t', 0, batchOf('a')))
  assert.equal(answer.responses[0]!.partitionResponses[0]!.errorCode, ErrorCode.UNKNOWN_SERVER_ERROR)
  assert.equal(broker.logged.filter(({ level }) => level === 'error').length, 1)
})

test('records that a batch was refused for are named', async (t) => {
  const broker = await TestBroker.start()
  t.after(() => broker.close())
  const [partition] = broker.addTopic('t')
  const recordErrors = [{ batchIndex: 1, message: 'no key' }]
  partition!.failure = new KafkaError('INVALID_RECORD', 'refused', { recordErrors })
  const client = await broker.connect()
  const answer = await client.ask(produceRequest, produceResponse, 9, produceTo('t', 0, batchOf('a', 'b')))
  const [refused] = answer.responses[0]!.partitionResponses
  assert.deepEqual(refused!.recordErrors, [{ batchIndex: 1, batchIndexErrorMessage: 'no key' }])
  assert.equal(refused!.errorMessage, 'refused')
})
