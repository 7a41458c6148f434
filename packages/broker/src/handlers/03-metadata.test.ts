import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ErrorCode, metadataRequest, metadataResponse, zeroUuid } from '@ottla/protocol'
import { AdminBroker } from '../testing/admin-broker.ts'

const [oldest, newest] = metadataRequest.versions
const versions = Array.from({ length: newest - oldest + 1 }, (_, at) => oldest + at)

async function withBroker(settings: Record<string, string>, run: (broker: AdminBroker) => Promise<void>) {
  const broker = await AdminBroker.start(settings)
  try {
    await run(broker)
  } finally {
    await broker.close()
  }
}

const named = (name: string) => ({ name, topicId: zeroUuid })

test('in every version the brokers and a topic with its leader are told', () =>
  withBroker({}, async (broker) => {
    await broker.createTopics('flights')
    for (const version of versions) {
      const response = await broker.ask(metadataRequest, metadataResponse, version, { topics: [named('flights')] })
      assert.equal(response.brokers.length, 1)
      assert.equal(response.brokers[0]!.nodeId, 1)
      assert.equal(response.brokers[0]!.host, '127.0.0.1')
      if (version >= 1) assert.equal(response.brokers[0]!.rack, 'north')
      const [topic] = response.topics
      assert.equal(topic!.errorCode, ErrorCode.NONE)
      assert.equal(topic!.name, 'flights')
      assert.deepEqual(topic!.partitions[0]!.replicaNodes, [1])
      assert.deepEqual(topic!.partitions[0]!.isrNodes, [1])
      assert.equal(topic!.partitions[0]!.leaderId, 1)
      if (version >= 7) assert.equal(topic!.partitions[0]!.leaderEpoch, 0)
    }
  }))

test('null asks for all topics, an empty list for none, and in version 0 an empty list for all', () =>
  withBroker({}, async (broker) => {
    await broker.createTopics('a', 'b')
    const namesOf = async (version: number, topics: [] | null) =>
      (await broker.ask(metadataRequest, metadataResponse, version, { topics })).topics.map(({ name }) => name).sort()
    const all = ['__consumer_offsets', 'a', 'b']
    assert.deepEqual(await namesOf(0, []), all)
    for (const version of versions.slice(1)) {
      assert.deepEqual(await namesOf(version, []), [])
      assert.deepEqual(await namesOf(version, null), all)
    }
  }))

test('internal topics are marked', () =>
  withBroker({}, async (broker) => {
    const { topics } = await broker.ask(metadataRequest, metadataResponse, 12, { topics: null })
    assert.deepEqual(
      topics.map(({ name, isInternal, partitions }) => [name, isInternal, partitions.length]),
      [['__consumer_offsets', true, 2]],
    )
  }))

test('a topic that is not there is created and answered with its leader at once', () =>
  withBroker({ 'num.partitions': '3' }, async (broker) => {
    const { topics } = await broker.ask(metadataRequest, metadataResponse, 12, { topics: [named('new')] })
    assert.equal(topics[0]!.errorCode, ErrorCode.NONE)
    assert.equal(topics[0]!.partitions.length, 3)
    assert.equal(topics[0]!.topicId, broker.services.cluster.image.topics.get('new')!.id)
  }))

test('two requests for one new topic at once both get it', () =>
  withBroker({}, async (broker) => {
    const asks = ['same', 'same'].map((name) =>
      broker.ask(metadataRequest, metadataResponse, 9, { topics: [named(name)] }),
    )
    for (const { topics } of await Promise.all(asks)) assert.equal(topics[0]!.errorCode, ErrorCode.NONE)
  }))

test('nothing is created where client or broker do not want it, or the name is not allowed', async () => {
  const codeFor = async (broker: AdminBroker, name: string, allowAutoTopicCreation: boolean) =>
    (await broker.ask(metadataRequest, metadataResponse, 9, { topics: [named(name)], allowAutoTopicCreation }))
      .topics[0]!.errorCode
  await withBroker({}, async (broker) => {
    assert.equal(await codeFor(broker, 'x', false), ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
    assert.equal(await codeFor(broker, 'not allowed', true), ErrorCode.INVALID_TOPIC_EXCEPTION)
    assert.equal(await codeFor(broker, '', true), ErrorCode.INVALID_TOPIC_EXCEPTION)
    assert.equal(await codeFor(broker, '__transaction_state', true), ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
  })
  await withBroker({ 'auto.create.topics.enable': 'false' }, async (broker) => {
    assert.equal(await codeFor(broker, 'x', true), ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
  })
})

test('topics are found by id', () =>
  withBroker({}, async (broker) => {
    await broker.createTopics('x')
    const { id } = broker.services.cluster.image.topics.get('x')!
    const { topics } = await broker.ask(metadataRequest, metadataResponse, 12, {
      topics: [
        { name: null, topicId: id },
        { name: null, topicId: 'AAAAAAAAAAAAAAAAAAAAEQ' },
      ],
    })
    assert.deepEqual(
      topics.map(({ name, errorCode }) => [name, errorCode]),
      [
        ['x', ErrorCode.NONE],
        [null, ErrorCode.UNKNOWN_TOPIC_ID],
      ],
    )
  }))

test('topics by id are refused in the versions that came before them', () =>
  withBroker({}, async (broker) => {
    await broker.createTopics('x')
    const { id } = broker.services.cluster.image.topics.get('x')!
    for (const version of [10, 11]) {
      const { topics } = await broker.ask(metadataRequest, metadataResponse, version, {
        topics: [{ name: null, topicId: id }],
      })
      assert.deepEqual(
        topics.map(({ name, topicId, errorCode }) => [name, topicId, errorCode]),
        [['', id, ErrorCode.INVALID_REQUEST]],
      )
    }
  }))

test('authorized operations are told to those who ask', () =>
  withBroker({}, async (broker) => {
    const request = { topics: null, includeTopicAuthorizedOperations: true, includeClusterAuthorizedOperations: true }
    const asked = await broker.ask(metadataRequest, metadataResponse, 8, request)
    assert.equal(asked.topics[0]!.topicAuthorizedOperations, 3576)
    assert.equal(asked.clusterAuthorizedOperations, 8096)
    const silent = await broker.ask(metadataRequest, metadataResponse, 8, { topics: null })
    assert.equal(silent.topics[0]!.topicAuthorizedOperations, -2147483648)
    assert.equal(silent.clusterAuthorizedOperations, -2147483648)
  }))
