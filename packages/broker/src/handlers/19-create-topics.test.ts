import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  type CreateTopicsRequest,
  createTopicsRequest,
  createTopicsResponse,
  ErrorCode,
  type Partially,
  zeroUuid,
} from '@ottla/protocol'
import { AdminBroker } from '../testing/admin-broker.ts'

type Wanted = Partially<CreateTopicsRequest['topics'][number]>

let broker: AdminBroker
before(async () => {
  broker = await AdminBroker.start({ 'num.partitions': '4', 'log.retention.hours': '2' })
})
after(() => broker.close())

const topic = (name: string, more: Wanted = {}): Wanted => ({
  name,
  numPartitions: 1,
  replicationFactor: 1,
  assignments: [],
  configs: [],
  ...more,
})

const create = (topics: Wanted[], { version = 7, validateOnly = false } = {}) =>
  broker.ask(createTopicsRequest, createTopicsResponse, version, { topics, validateOnly, timeoutMs: 1000 } as never)

const codeOf = async (wanted: Wanted) => {
  const { topics } = await create([wanted])
  assert.equal(topics.length, 1)
  return topics[0]!.errorCode
}

test('in every version a topic is created and can be seen at once', async () => {
  for (let version = 2; version <= 7; version++) {
    const { topics } = await create([topic(`version-${version}`, { numPartitions: version })], { version })
    assert.equal(topics[0]!.errorCode, ErrorCode.NONE)
    assert.equal(topics[0]!.errorMessage, null)
    const created = broker.services.cluster.image.topics.get(`version-${version}`)!
    assert.equal(created.partitions.length, version)
    if (version >= 5) assert.equal(topics[0]!.numPartitions, version)
    if (version >= 7) assert.equal(topics[0]!.topicId, created.id)
  }
})

test("-1 takes the broker's defaults", async () => {
  const { topics } = await create([topic('defaults', { numPartitions: -1, replicationFactor: -1 })])
  assert.equal(topics[0]!.numPartitions, 4)
  assert.equal(topics[0]!.replicationFactor, 1)
})

test('any replication factor is taken and told again', async () => {
  const { topics } = await create([topic('three', { replicationFactor: 3 })])
  assert.equal(topics[0]!.replicationFactor, 3)
  assert.equal(await codeOf(topic('zero', { replicationFactor: 0 })), ErrorCode.INVALID_REPLICATION_FACTOR)
})

test('the answer tells the settings and where they come from', async () => {
  const { topics } = await create([topic('configured', { configs: [{ name: 'segment.ms', value: '5000' }] })])
  const configs = new Map(topics[0]!.configs!.map((config) => [config.name, config]))
  assert.equal(configs.size, 33)
  assert.deepEqual([configs.get('segment.ms')!.value, configs.get('segment.ms')!.configSource], ['5000', 1])
  assert.deepEqual([configs.get('retention.ms')!.value, configs.get('retention.ms')!.configSource], ['7200000', 5])
  assert.deepEqual(
    [configs.get('max.message.bytes')!.value, configs.get('max.message.bytes')!.configSource],
    ['1048588', 5],
  )
})

test('validateOnly judges and creates nothing', async () => {
  const { topics } = await create([topic('ghost'), topic('bad name')], { validateOnly: true })
  assert.deepEqual(
    topics.map(({ errorCode }) => errorCode),
    [ErrorCode.NONE, ErrorCode.INVALID_TOPIC_EXCEPTION],
  )
  assert.equal(topics[0]!.topicId, zeroUuid)
  assert.equal(broker.services.cluster.image.topics.has('ghost'), false)
})

test('a bad topic does not fail the others', async () => {
  const { topics } = await create([
    topic('good'),
    topic('no partitions', { numPartitions: 0 }),
    topic('none', { numPartitions: 0 }),
  ])
  assert.deepEqual(
    topics.map(({ errorCode }) => errorCode),
    [ErrorCode.NONE, ErrorCode.INVALID_TOPIC_EXCEPTION, ErrorCode.INVALID_PARTITIONS],
  )
})

test('a name that exists or is there twice is refused', async () => {
  await create([topic('once')])
  assert.equal(await codeOf(topic('once')), ErrorCode.TOPIC_ALREADY_EXISTS)
  const { topics } = await create([topic('twice'), topic('twice')])
  assert.deepEqual(
    topics.map(({ errorCode }) => errorCode),
    [ErrorCode.INVALID_REQUEST],
  )
})

test('settings that are unknown, invalid, removed or null are refused by name', async () => {
  const cases: [name: string, value: string | null, message: RegExp][] = [
    ['retention', '1', /Unknown topic config name: retention/],
    ['retention.ms', 'x', /retention\.ms/],
    ['message.timestamp.difference.max.ms', '1', /message\.timestamp\.difference\.max\.ms/],
    ['retention.ms', null, /Null value.*retention\.ms/],
  ]
  for (const [name, value, message] of cases) {
    const { topics } = await create([topic('x', { configs: [{ name, value }] })])
    assert.equal(topics[0]!.errorCode, ErrorCode.INVALID_CONFIG)
    assert.match(topics[0]!.errorMessage!, message)
  }
})

test('a manual assignment decides the number of partitions', async () => {
  const manual = (assignments: Wanted['assignments']) =>
    topic('manual', { numPartitions: -1, replicationFactor: -1, assignments: assignments! })
  const at = (partitionIndex: number, ...brokerIds: number[]) => ({ partitionIndex, brokerIds })
  assert.equal(await codeOf({ ...manual([at(0, 1)]), numPartitions: 1 }), ErrorCode.INVALID_REQUEST)
  assert.equal(await codeOf({ ...manual([at(0, 1)]), replicationFactor: 1 }), ErrorCode.INVALID_REQUEST)
  assert.equal(await codeOf(manual([at(0, 7)])), ErrorCode.INVALID_REPLICA_ASSIGNMENT)
  assert.equal(await codeOf(manual([at(0)])), ErrorCode.INVALID_REPLICA_ASSIGNMENT)
  assert.equal(await codeOf(manual([at(0, 1, 1)])), ErrorCode.INVALID_REPLICA_ASSIGNMENT)
  assert.equal(await codeOf(manual([at(0, 1), at(2, 1)])), ErrorCode.INVALID_REPLICA_ASSIGNMENT)
  assert.equal(await codeOf(manual([at(0, 1), at(0, 1)])), ErrorCode.INVALID_REPLICA_ASSIGNMENT)
  const { topics } = await create([manual([at(1, 1), at(0, 1)])])
  assert.deepEqual([topics[0]!.errorCode, topics[0]!.numPartitions, topics[0]!.replicationFactor], [0, 2, 1])
})

test('more partitions than one request or the broker takes are refused', async () => {
  const { topics } = await create([topic('huge', { numPartitions: 10_000 }), topic('one')])
  assert.deepEqual(
    topics.map(({ errorCode }) => errorCode),
    [ErrorCode.POLICY_VIOLATION, ErrorCode.POLICY_VIOLATION],
  )
  const small = await AdminBroker.start({ 'max.partitions': '5' })
  const request = { topics: [topic('x', { numPartitions: 4 })], timeoutMs: 1000 } as never
  const refused = await small.ask(createTopicsRequest, createTopicsResponse, 7, request)
  assert.equal(refused.topics[0]!.errorCode, ErrorCode.POLICY_VIOLATION)
  assert.match(refused.topics[0]!.errorMessage!, /max\.partitions/)
  await small.close()
})
