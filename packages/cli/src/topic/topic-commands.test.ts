import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startCommands } from '../testing/commands.ts'

const { admin, bootstrap, client, success, failure } = await startCommands()

test('topics are created, listed, changed and deleted', async () => {
  const settings = ['--partitions', '3', '--replication-factor', '1', '--config', 'retention.ms=60000']
  assert.equal(await success(['topic', 'create', 'orders', ...settings]), 'created topic orders with 3 partitions\n')
  assert.match(await failure(['topic', 'create', 'orders']), /topic orders is there already; --if-not-exists/)
  assert.equal(await success(['topic', 'create', 'orders', '--if-not-exists']), 'topic orders is there already\n')
  assert.equal(await success(['topic', 'list']), 'TOPIC   PARTITIONS\norders           3\n')
  assert.match(await success(['topic', 'list', '--internal']), /^__consumer_offsets +50$/m)

  const changes = ['--partitions', '5', '--config', 'segment.bytes=1048576', '--delete-config', 'retention.ms']
  await success(['topic', 'alter', 'orders', ...changes])
  const [described] = JSON.parse(await success(['topic', 'describe', 'orders', '--json']))
  assert.equal(described.partitions.length, 5)
  assert.equal(described.configs['segment.bytes'].value, '1048576')
  assert.notEqual(described.configs['retention.ms'].source, 'dynamicTopicConfig')
  assert.match(
    await failure(['topic', 'alter', 'orders', '--partitions', '4']),
    /has 5 partitions, and can not have fewer/,
  )

  assert.match(await failure(['topic', 'delete', 'orders'], { exitCode: 2 }), /give --yes/)
  assert.equal(await success(['topic', 'delete', 'orders', '-y']), 'deleted topic orders\n')
  assert.match(await failure(['topic', 'delete', 'orders', '-y']), /no topic orders/)
  assert.equal(
    await success(['topic', 'delete', 'orders', '-y', '--if-exists', '--json']),
    '[{"topic":"orders","deleted":false}]\n',
  )
})

test('a description shows what is in the partitions, in 80 columns', async () => {
  await admin.createTopics([{ name: 'described', partitions: 2, configs: { 'max.message.bytes': 2_000_000 } }])
  const producer = client.producer()
  await producer.sendBatch(['a', 'b', 'c'].map((value) => ({ topic: 'described', partition: 1, value })))
  await admin.deleteRecords([{ topic: 'described', partition: 1, offset: 1 }])
  const text = await success(['topic', 'describe', 'described'])
  assert.match(text, /^described {2}2 partitions, \d+ B, id \S{22}$/m)
  assert.match(text, /^max\.message\.bytes=2000000$/m)
  assert.match(text, /^PARTITION {2}LEADER {2}REPLICAS {2}IN SYNC {2}BEGIN {2}END +SIZE$/m)
  assert.match(text, /^ {8}1 +\d+ +\d+ +\d+ +1 +3 +\d+ B$/m)
  assert.ok(text.split('\n').every((line) => line.length <= 80))
  assert.match(await success(['topic', 'describe', 'described', '--all-configs']), /^cleanup\.policy=delete$/m)
  const [{ partitions }] = JSON.parse(await success(['topic', 'describe', 'described', '--json']))
  assert.deepEqual([partitions[1].begin, partitions[1].end], [1, 3])
})

test('a name that is wrong leaves those that are right alone', async () => {
  await admin.createTopics([{ name: 'right' }])
  assert.match(await failure(['topic', 'delete', 'right', 'wrong', '--yes']), /no topic wrong/)
  assert.deepEqual((await admin.describeTopics(['right'])).length, 1)
})

test('what the broker refuses is told in its words', async () => {
  assert.match(await failure(['topic', 'create', 'x', '--config', 'retention.mss=1']), /retention\.mss/)
  assert.match(await failure(['topic', 'create', 'a b']), /topic name/)
  assert.match(await failure(['topic', 'alter', 'x'], { exitCode: 2 }), /nothing to change/)
  assert.match(await failure(['topic', 'create', 'x', '--config', '/no/such']), /\/no\/such: there is no such file/)
})

test('a broker that is not there is told, with how to start one', async () => {
  const at = (address: string) => ({ environment: { OTTLA_BOOTSTRAP: address } })
  assert.match(
    await failure(['topic', 'list'], at('127.0.0.1:1')),
    /^ottla: no broker answers at 127\.0\.0\.1:1; start one with `ottla start --listen 127\.0\.0\.1:1`$/,
  )
  assert.match(
    await failure(['topic', 'list', '-b', 'broker.invalid:9092']),
    /host name of broker\.invalid:9092 is not known/,
  )
  assert.match(await failure(['topic', 'list', '-b', 'x:y'], { exitCode: 2 }), /HOST:PORT: x:y/)
  // The option counts before the environment.
  assert.match(await success(['topic', 'list', '-b', bootstrap], at('127.0.0.1:1')), /PARTITIONS/)
})

test('a command that is misspelt is told the nearest', async () => {
  const { Program } = await import('../testing/program.ts')
  const misspelt = new Program(['topic', 'lst'])
  assert.equal(await misspelt.exit(), 2)
  assert.match(misspelt.stderr, /^ottla: unknown command 'lst'\n\(Did you mean list\?\)/)
})
