import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkedConfigs } from './check.ts'
import { checkedStaticConfigs } from './static-configs.ts'

const topic = (name: string, value: string) => checkedConfigs('topic', new Map([[name, value]])).get(name)
const broker = (name: string, value: string) => checkedStaticConfigs(new Map([[name, value]]))

test('valid values are kept in one form', () => {
  assert.equal(topic('retention.ms', ' 1000 '), '1000')
  assert.equal(topic('retention.ms', '-1'), '-1')
  assert.equal(topic('cleanup.policy', 'compact, delete'), 'compact,delete')
  assert.equal(topic('compression.gzip.level', '-1'), '-1')
  assert.equal(topic('min.cleanable.dirty.ratio', '0.25'), '0.25')
  assert.equal(topic('preallocate', 'TRUE'), 'true')
  assert.equal(topic('retention.ms', '+007'), '7')
  assert.equal(topic('leader.replication.throttled.replicas', '0:1,2:1'), '0:1,2:1')
  assert.equal(topic('max.compaction.lag.ms', '9223372036854775807'), '9223372036854775807')
})

test('an invalid value is refused by the name of its setting and with the valid values', () => {
  const cases: [name: string, value: string, message: RegExp][] = [
    ['retention.ms', 'soon', /retention\.ms.*type LONG.*\[-1,\.\.\.\]/],
    ['retention.ms', '-2', /retention\.ms: out of range.*\[-1,\.\.\.\]/],
    ['retention.ms', '9223372036854775808', /retention\.ms: not a number of type LONG/],
    ['segment.bytes', '1', /segment\.bytes.*\[1048576,\.\.\.\]/],
    ['compression.gzip.level', '0', /\[1,\.\.\.,9\] or -1/],
    ['compression.type', 'lzma', /compression\.type.*\[uncompressed, zstd, lz4, snappy, gzip, producer\]/],
    ['cleanup.policy', 'delete,shred', /shred.*\[compact, delete\]/],
    ['cleanup.policy', 'delete,delete', /twice/],
    ['min.cleanable.dirty.ratio', '1.5', /\[0,\.\.\.,1\]/],
    ['preallocate', 'yes', /true or false/],
    ['leader.replication.throttled.replicas', 'all', /throttled/],
    ['leader.replication.throttled.replicas', '0:1,'.repeat(9000), /longer than 32767/],
    ['remote.storage.enable', 'true', /no tiered storage/],
  ]
  for (const [name, value, message] of cases) {
    assert.throws(() => topic(name, value), { name: 'INVALID_CONFIG', message }, `${name}=${value}`)
  }
})

test('an unknown setting is refused with the name that was probably meant', () => {
  assert.throws(
    () => topic('retention.msec', '1'),
    /Unknown topic config name: retention\.msec; did you mean retention\.ms\?/,
  )
  assert.throws(() => topic('zzz', '1'), /Unknown topic config name: zzz$/)
})

test('settings that Kafka 4 removed are refused', () => {
  assert.throws(() => topic('message.timestamp.difference.max.ms', '1'), { name: 'INVALID_CONFIG' })
  assert.throws(() => topic('message.format.version', '3.0'), { name: 'INVALID_CONFIG' })
  assert.throws(() => topic('message.downconversion.enable', 'true'), { name: 'INVALID_CONFIG' })
  assert.throws(() => broker('zookeeper.connect', 'localhost:2181'), { name: 'INVALID_CONFIG' })
  assert.throws(() => broker('log.message.format.version', '3.0'), { name: 'INVALID_CONFIG' })
  assert.throws(() => broker('inter.broker.protocol.version', '3.0'), { name: 'INVALID_CONFIG' })
})

test('settings that contradict each other are refused', () => {
  const configs = new Map([
    ['min.compaction.lag.ms', '2000'],
    ['max.compaction.lag.ms', '1000'],
  ])
  assert.throws(() => checkedConfigs('topic', configs), /min\.compaction\.lag\.ms \(2000\)/)
})

test('settings that would promise security are refused, others without effect are told', () => {
  assert.throws(() => broker('ssl.keystore.location', '/keys'), /no TLS/)
  assert.throws(() => broker('authorizer.class.name', 'Standard'), /authorization/)
  assert.deepEqual(broker('num.io.threads', '4').withoutEffect, ['num.io.threads'])
  assert.deepEqual(broker('process.roles', 'broker,controller').withoutEffect, [])
  assert.deepEqual(broker('num.partitions', '4').withoutEffect, [])
})

test('case does not matter where Kafka says so', () => {
  assert.doesNotThrow(() => broker('group.consumer.migration.policy', 'upgrade'))
  assert.throws(() => broker('group.consumer.migration.policy', 'sideways'), /UPGRADE/)
})

test('a share group may begin at a duration', () => {
  const group = (value: string) => checkedConfigs('group', new Map([['share.auto.offset.reset', value]]))
  assert.doesNotThrow(() => group('by_duration:PT1H30M'))
  assert.throws(() => group('by_duration:tomorrow'), { name: 'INVALID_CONFIG' })
})
