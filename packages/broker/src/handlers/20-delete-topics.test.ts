import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deleteTopicsRequest, deleteTopicsResponse, ErrorCode, zeroUuid } from '@ottla/protocol'
import { AdminBroker } from '../testing/admin-broker.ts'

test('in every version topics are deleted by name', async () => {
  const broker = await AdminBroker.start()
  for (let version = 1; version <= 6; version++) {
    await broker.createTopics('x')
    const named = version >= 6 ? { topics: [{ name: 'x', topicId: zeroUuid }] } : { topicNames: ['x'] }
    const { responses } = await broker.ask(deleteTopicsRequest, deleteTopicsResponse, version, named)
    assert.deepEqual(
      responses.map(({ name, errorCode }) => [name, errorCode]),
      [['x', ErrorCode.NONE]],
    )
    assert.equal(broker.services.cluster.image.topics.has('x'), false)
  }
  await broker.close()
})

test('topics are deleted by id, and each wrong one is told why it was not', async () => {
  const broker = await AdminBroker.start()
  await broker.createTopics('a', 'b')
  const { id } = broker.services.cluster.image.topics.get('a')!
  const strange = 'AAAAAAAAAAAAAAAAAAAAEQ'
  const { responses } = await broker.ask(deleteTopicsRequest, deleteTopicsResponse, 6, {
    topics: [
      { name: null, topicId: id },
      { name: null, topicId: strange },
      { name: null, topicId: zeroUuid },
      { name: 'b', topicId: strange },
      { name: 'nope', topicId: zeroUuid },
      { name: '__consumer_offsets', topicId: zeroUuid },
      { name: 'twice', topicId: zeroUuid },
      { name: 'twice', topicId: zeroUuid },
    ],
  })
  assert.deepEqual(
    responses.map(({ name, topicId, errorCode }) => [name, topicId, errorCode]),
    [
      ['a', id, ErrorCode.NONE],
      [null, strange, ErrorCode.UNKNOWN_TOPIC_ID],
      [null, zeroUuid, ErrorCode.INVALID_REQUEST],
      ['b', strange, ErrorCode.INVALID_REQUEST],
      ['nope', zeroUuid, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
      ['__consumer_offsets', zeroUuid, ErrorCode.INVALID_REQUEST],
      ['twice', zeroUuid, ErrorCode.INVALID_REQUEST],
    ],
  )
  await broker.close()
})

test('a topic that is named by its name and by its id is named twice', async () => {
  const broker = await AdminBroker.start()
  await broker.createTopics('x')
  const { id } = broker.services.cluster.image.topics.get('x')!
  const { responses } = await broker.ask(deleteTopicsRequest, deleteTopicsResponse, 6, {
    topics: [
      { name: null, topicId: id },
      { name: 'x', topicId: zeroUuid },
    ],
  })
  assert.deepEqual(
    responses.map(({ name, topicId, errorCode }) => [name, topicId, errorCode]),
    [['x', id, ErrorCode.INVALID_REQUEST]],
  )
  assert.equal(broker.services.cluster.image.topics.has('x'), true)
  await broker.close()
})

test('a broker that forbids deletion says so', async () => {
  const broker = await AdminBroker.start({ 'delete.topic.enable': 'false' })
  await broker.createTopics('x')
  const { responses } = await broker.ask(deleteTopicsRequest, deleteTopicsResponse, 5, { topicNames: ['x'] })
  assert.equal(responses[0]!.errorCode, ErrorCode.TOPIC_DELETION_DISABLED)
  assert.match(responses[0]!.errorMessage!, /delete\.topic\.enable/)
  await broker.close()
})
