import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type DescribeTopicPartitionsResponse,
  describeTopicPartitionsRequest,
  describeTopicPartitionsResponse,
  ErrorCode,
} from '@ottla/protocol'
import { AdminBroker } from '../testing/admin-broker.ts'

test("partitions are told page by page, in the order of the topics' names", async () => {
  const broker = await AdminBroker.start()
  await broker.createTopics('b', 'a')
  await broker.services.cluster.createPartitions('a', 3)
  const pages: string[][] = []
  let cursor = null as DescribeTopicPartitionsResponse['nextCursor']
  do {
    const page: DescribeTopicPartitionsResponse = await broker.ask(
      describeTopicPartitionsRequest,
      describeTopicPartitionsResponse,
      0,
      {
        topics: [],
        responsePartitionLimit: 2,
        cursor,
      },
    )
    pages.push(page.topics.flatMap(({ name, partitions }) => partitions.map((p) => `${name}-${p.partitionIndex}`)))
    cursor = page.nextCursor
  } while (cursor !== null)
  assert.deepEqual(pages, [
    ['__consumer_offsets-0', '__consumer_offsets-1'],
    ['a-0', 'a-1'],
    ['a-2', 'b-0'],
  ])
  await broker.close()
})

test('named topics are told, also those that are not there', async () => {
  const broker = await AdminBroker.start({ 'max.request.partition.size.limit': '1' })
  await broker.createTopics('x', 'y')
  const describe = (names: string[]) =>
    broker.ask(describeTopicPartitionsRequest, describeTopicPartitionsResponse, 0, {
      topics: names.map((name) => ({ name })),
    })
  const { topics, nextCursor } = await describe(['nope', 'bad name', 'x'])
  assert.deepEqual(
    topics.map(({ name, errorCode }) => [name, errorCode]),
    [
      ['bad name', ErrorCode.INVALID_TOPIC_EXCEPTION],
      ['nope', ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
      ['x', ErrorCode.NONE],
    ],
  )
  assert.equal(nextCursor, null)
  assert.equal(topics[2]!.topicId, broker.services.cluster.image.topics.get('x')!.id)
  assert.deepEqual((await describe(['x', 'y'])).nextCursor, { topicName: 'y', partitionIndex: 0 })
  await broker.close()
})

test('a cursor at a topic that was not asked for is refused', async () => {
  const broker = await AdminBroker.start()
  await broker.createTopics('x', 'y')
  const { topics } = await broker.ask(describeTopicPartitionsRequest, describeTopicPartitionsResponse, 0, {
    topics: [{ name: 'x' }],
    cursor: { topicName: 'y', partitionIndex: 0 },
  })
  assert.deepEqual(
    topics.map(({ name, errorCode }) => [name, errorCode]),
    [['x', ErrorCode.INVALID_REQUEST]],
  )
  await broker.close()
})
