import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPartitionsRequest, createPartitionsResponse, ErrorCode } from '@ottla/protocol'
import { AdminBroker } from '../testing/admin-broker.ts'

test('partitions are added, and each impossible wish is told why', async () => {
  const broker = await AdminBroker.start()
  await broker.createTopics('x', 'y')
  const add = async (name: string, count: number, assignments: number[][] | null = null, validateOnly = false) => {
    const topics = [{ name, count, assignments: assignments?.map((brokerIds) => ({ brokerIds })) ?? null }]
    const request = { topics, validateOnly, timeoutMs: 1000 }
    const { results } = await broker.ask(createPartitionsRequest, createPartitionsResponse, 3, request)
    return results[0]!.errorCode
  }
  const countOf = (name: string) => broker.services.cluster.image.topics.get(name)!.partitions.length

  assert.equal(await add('x', 3, null, true), ErrorCode.NONE)
  assert.equal(countOf('x'), 1)
  assert.equal(await add('x', 3), ErrorCode.NONE)
  assert.equal(countOf('x'), 3)
  assert.equal(await add('x', 5, [[1], [1]]), ErrorCode.NONE)
  assert.equal(countOf('x'), 5)

  assert.equal(await add('x', 5), ErrorCode.INVALID_PARTITIONS)
  assert.equal(await add('x', 2), ErrorCode.INVALID_PARTITIONS)
  assert.equal(await add('x', 7, [[1]]), ErrorCode.INVALID_REPLICA_ASSIGNMENT)
  assert.equal(await add('x', 6, [[9]]), ErrorCode.INVALID_REPLICA_ASSIGNMENT)
  assert.equal(await add('nope', 2), ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
  assert.equal(await add('__consumer_offsets', 99), ErrorCode.INVALID_REQUEST)
  assert.equal(await add('x', 2 ** 31 - 1), ErrorCode.POLICY_VIOLATION)
  assert.equal(countOf('x'), 5)
  await broker.close()
})

test('in every version one bad topic does not fail the others, and one named twice is refused', async () => {
  const broker = await AdminBroker.start()
  for (let version = 0; version <= 3; version++) {
    await broker.createTopics(`x${version}`)
    const named = (name: string) => ({ name, count: 2, assignments: null })
    const { results } = await broker.ask(createPartitionsRequest, createPartitionsResponse, version, {
      topics: [named('nope'), named(`x${version}`), named('twice'), named('twice')],
    })
    assert.deepEqual(
      results.map(({ errorCode }) => errorCode),
      [ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, ErrorCode.NONE, ErrorCode.INVALID_REQUEST],
    )
  }
  await broker.close()
})
