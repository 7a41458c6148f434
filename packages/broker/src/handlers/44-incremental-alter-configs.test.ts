import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ErrorCode, incrementalAlterConfigsRequest, incrementalAlterConfigsResponse } from '@ottla/protocol'
import { AdminBroker } from '../testing/admin-broker.ts'

const [set, remove, append, subtract] = [0, 1, 2, 3]

interface Alteration {
  name: string
  configOperation: number
  value: string | null
}

let broker: AdminBroker
before(async () => {
  broker = await AdminBroker.start()
  await broker.createTopics('x')
})
after(() => broker.close())

const op = (configOperation: number, name: string, value: string | null = null): Alteration => ({
  name,
  configOperation,
  value,
})

async function alter(resourceType: number, resourceName: string, configs: Alteration[], validateOnly = false) {
  const { responses } = await broker.ask(incrementalAlterConfigsRequest, incrementalAlterConfigsResponse, 1, {
    resources: [{ resourceType, resourceName, configs }],
    validateOnly,
  })
  return responses[0]!
}

const configsOf = (name = 'x') => Object.fromEntries(broker.services.cluster.configsOf({ type: 'topic', name }))

test('settings are set, appended to, subtracted from and deleted one by one', async () => {
  assert.equal(
    (await alter(2, 'x', [op(set, 'retention.ms', '5'), op(append, 'cleanup.policy', 'compact')])).errorCode,
    0,
  )
  assert.deepEqual(configsOf(), { 'retention.ms': '5', 'cleanup.policy': 'delete,compact' })
  await alter(2, 'x', [op(append, 'cleanup.policy', 'compact')])
  assert.equal(configsOf()['cleanup.policy'], 'delete,compact')
  await alter(2, 'x', [op(subtract, 'cleanup.policy', 'delete'), op(remove, 'retention.ms')])
  assert.deepEqual(configsOf(), { 'cleanup.policy': 'compact' })
  await alter(2, 'x', [op(remove, 'cleanup.policy'), op(remove, 'segment.ms')])
  assert.deepEqual(configsOf(), {})
})

test('validateOnly judges and changes nothing', async () => {
  assert.equal((await alter(2, 'x', [op(set, 'retention.ms', '5')], true)).errorCode, ErrorCode.NONE)
  assert.equal((await alter(2, 'x', [op(set, 'retention.ms', 'x')], true)).errorCode, ErrorCode.INVALID_CONFIG)
  assert.deepEqual(configsOf(), {})
})

test('what can not be is refused, by name, and nothing of the resource is changed', async () => {
  const cases: [alterations: Alteration[], code: number, message: RegExp][] = [
    [[op(set, 'segment.ms', '1'), op(set, 'retention', '1')], ErrorCode.INVALID_CONFIG, /retention.*retention\.ms/],
    [[op(set, 'retention.ms', '-5')], ErrorCode.INVALID_CONFIG, /retention\.ms.*\[-1,\.\.\.\]/],
    [[op(append, 'retention.ms', '1')], ErrorCode.INVALID_CONFIG, /APPEND.*retention\.ms.*LIST/],
    [[op(subtract, 'retention.ms', '1')], ErrorCode.INVALID_CONFIG, /SUBTRACT/],
    [[op(append, 'cleanup.policy', 'shred')], ErrorCode.INVALID_CONFIG, /shred/],
    [[op(set, 'retention.ms', null)], ErrorCode.INVALID_REQUEST, /Null value/],
    [[op(9, 'retention.ms', '1')], ErrorCode.INVALID_REQUEST, /operation 9/],
    [[op(set, 'retention.ms', '1'), op(remove, 'retention.ms')], ErrorCode.INVALID_REQUEST, /duplicate/],
  ]
  for (const [alterations, code, message] of cases) {
    const { errorCode, errorMessage } = await alter(2, 'x', alterations)
    assert.equal(errorCode, code)
    assert.match(errorMessage!, message)
  }
  assert.deepEqual(configsOf(), {})
  assert.equal((await alter(2, '', [op(set, 'retention.ms', '1')])).errorCode, ErrorCode.INVALID_REQUEST)
  assert.equal((await alter(2, 'nope', [op(set, 'retention.ms', '1')])).errorCode, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
})

test('a resource that is there twice is refused, others go on', async () => {
  const resource = { resourceType: 2, resourceName: 'x', configs: [op(set, 'retention.ms', '9')] }
  const { responses } = await broker.ask(incrementalAlterConfigsRequest, incrementalAlterConfigsResponse, 0, {
    resources: [resource, resource, { ...resource, resourceType: 4, resourceName: '1', configs: [] }],
  })
  assert.deepEqual(
    responses.map(({ resourceName, errorCode }) => [resourceName, errorCode]),
    [
      ['x', ErrorCode.INVALID_REQUEST],
      ['x', ErrorCode.INVALID_REQUEST],
      ['1', ErrorCode.NONE],
    ],
  )
})

test('settings of brokers change while they run, where they can', async () => {
  assert.equal((await alter(4, '', [op(set, 'log.retention.ms', '77')])).errorCode, ErrorCode.NONE)
  assert.equal((await alter(4, '1', [op(set, 'message.max.bytes', '2000')])).errorCode, ErrorCode.NONE)
  const { cluster, configs } = broker.services
  const settings = configs.topicSettings(cluster.image.topics.get('x')!)
  assert.equal(settings.retentionMs, 77)
  assert.equal(settings.maxMessageBytes, 2000)
  const fixed = await alter(4, '1', [op(set, 'num.partitions', '5')])
  assert.equal(fixed.errorCode, ErrorCode.INVALID_REQUEST)
  assert.match(fixed.errorMessage!, /num\.partitions/)
  assert.equal((await alter(4, '', [op(set, 'listeners', 'PLAINTEXT://x:1')])).errorCode, ErrorCode.INVALID_REQUEST)
  assert.equal((await alter(4, '', [op(remove, 'log.retention.ms')])).errorCode, ErrorCode.NONE)
  assert.equal(configs.topicSettings(cluster.image.topics.get('x')!).retentionMs, 604800000)
})

test('settings of groups are kept', async () => {
  assert.equal((await alter(32, 'g', [op(set, 'consumer.session.timeout.ms', '50000')])).errorCode, ErrorCode.NONE)
  const short = await alter(32, 'g', [op(set, 'consumer.session.timeout.ms', '1')])
  assert.equal(short.errorCode, ErrorCode.INVALID_CONFIG)
  assert.match(short.errorMessage!, /group\.consumer\.min\.session\.timeout\.ms, which is 45000/)
  assert.equal((await alter(32, 'g', [op(set, 'retention.ms', '1')])).errorCode, ErrorCode.INVALID_CONFIG)
  assert.equal(
    (await alter(32, '', [op(set, 'consumer.session.timeout.ms', '1')])).errorCode,
    ErrorCode.INVALID_REQUEST,
  )
})
