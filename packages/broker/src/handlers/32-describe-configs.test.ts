import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { describeConfigsRequest, describeConfigsResponse, ErrorCode } from '@ottla/protocol'
import { AdminBroker } from '../testing/admin-broker.ts'

let broker: AdminBroker
before(async () => {
  broker = await AdminBroker.start({ 'log.retention.hours': '2', 'num.partitions': '3' })
  await broker.createTopics('x')
  const { cluster } = broker.services
  await cluster.alterConfigs({ type: 'topic', name: 'x' }, new Map([['segment.ms', '1000']]))
  await cluster.alterConfigs({ type: 'broker', name: '' }, new Map([['log.roll.ms', '2000']]))
  await cluster.alterConfigs({ type: 'broker', name: '1' }, new Map([['log.roll.ms', '3000']]))
})
after(() => broker.close())

async function describe(resourceType: number, resourceName: string, keys: string[] | null = null, version = 4) {
  const { results } = await broker.ask(describeConfigsRequest, describeConfigsResponse, version, {
    resources: [{ resourceType, resourceName, configurationKeys: keys }],
    includeSynonyms: true,
    includeDocumentation: true,
  })
  return results[0]!
}

test("in every version a topic's settings are told, without an error message that is null", async () => {
  for (let version = 1; version <= 4; version++) {
    const result = await describe(2, 'x', ['segment.ms', 'no.such.setting'], version)
    assert.equal(result.errorCode, ErrorCode.NONE)
    assert.equal(result.errorMessage, '')
    assert.deepEqual(
      result.configs.map(({ name, value, configSource }) => [name, value, configSource]),
      [['segment.ms', '1000', 1]],
    )
  }
})

test("a topic's setting tells where its value comes from, the strongest first", async () => {
  const { configs } = await describe(2, 'x')
  assert.equal(configs.length, 33)
  const of = (name: string) => configs.find((config) => config.name === name)!
  assert.deepEqual(
    of('segment.ms').synonyms.map(({ name, value, source }) => [name, value, source]),
    [
      ['segment.ms', '1000', 1],
      ['log.roll.ms', '3000', 2],
      ['log.roll.ms', '2000', 3],
      ['log.roll.hours', '168', 5],
    ],
  )
  // As in Kafka: what is only said in hours is the value, and no synonym.
  assert.deepEqual(of('retention.ms').synonyms, [])
  assert.deepEqual(of('remote.storage.enable').synonyms, [])
  assert.equal(of('retention.ms').value, '7200000')
  assert.equal(of('retention.ms').configType, 5)
  assert.match(of('retention.ms').documentation!, /Age/)
  assert.equal(of('retention.ms').readOnly, false)
})

test("a broker's settings tell what can be changed, and keep secrets", async () => {
  const { configs } = await describe(4, '1')
  const of = (name: string) => configs.find((config) => config.name === name)!
  assert.ok(configs.length > 340)
  assert.equal(of('log.retention.ms').value, null)
  assert.equal(of('log.retention.hours').value, '2')
  assert.equal(of('leader.replication.throttled.rate'), undefined)
  assert.deepEqual(
    [of('num.partitions').value, of('num.partitions').configSource, of('num.partitions').readOnly],
    ['3', 4, true],
  )
  assert.deepEqual(
    [of('log.roll.ms').value, of('log.roll.ms').configSource, of('log.roll.ms').readOnly],
    ['3000', 2, false],
  )
  assert.equal(of('ssl.key.password').isSensitive, true)
  assert.equal(of('ssl.key.password').value, null)
  assert.equal(of('flush.policy').value, 'fsync')
})

test('an empty list of keys asks for all settings', async () => {
  assert.equal((await describe(2, 'x', [])).configs.length, 33)
})

test('of all brokers together only what was set for them is told', async () => {
  const { configs } = await describe(4, '')
  assert.deepEqual(
    configs.map(({ name, value, configSource }) => [name, value, configSource]),
    [['log.roll.ms', '2000', 3]],
  )
})

test("a group's settings are told, with the broker's as their defaults", async () => {
  const { errorCode, configs } = await describe(32, 'any', ['consumer.session.timeout.ms'])
  assert.equal(errorCode, ErrorCode.NONE)
  assert.deepEqual(
    configs.map(({ name, value, configSource }) => [name, value, configSource]),
    [['consumer.session.timeout.ms', '45000', 5]],
  )
})

test('what is not there is refused', async () => {
  const cases: [type: number, name: string, code: number, message: RegExp][] = [
    [2, 'nope', ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, /nope/],
    [2, 'bad name', ErrorCode.INVALID_TOPIC_EXCEPTION, /bad name/],
    [4, '7', ErrorCode.INVALID_REQUEST, /expected 1 .* received 7/],
    [4, 'one', ErrorCode.INVALID_REQUEST, /integer.*one/],
    [8, '1', ErrorCode.INVALID_REQUEST, /type 8/],
    [32, '', ErrorCode.INVALID_REQUEST, /group/],
  ]
  for (const [type, name, code, message] of cases) {
    const { errorCode, errorMessage, resourceName } = await describe(type, name)
    assert.equal(errorCode, code, name)
    assert.match(errorMessage!, message)
    assert.equal(resourceName, name)
  }
})
