import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jsonLines, startCommands } from '../testing/commands.ts'

const { admin, client, program, success, failure } = await startCommands()
const producer = client.producer()

await admin.createTopics([
  { name: 'orders', partitions: 2 },
  { name: 'orders-eu', partitions: 1 },
])
const hourAgo = Date.now() - 3_600_000
for (const [i, partition] of [0, 0, 0, 1].entries())
  await producer.send({
    topic: 'orders',
    key: i === 3 ? null : `k${i}`,
    value: i === 2 ? Buffer.from([0xff, i]) : `v${i}`,
    partition,
    timestamp: hourAgo + i * 1000,
    headers: i === 0 ? { source: 'web' } : {},
  })
await producer.send({ topic: 'orders-eu', value: 'eu' })

const end = ['--until-end']
const offsets = ['--format', '{partition}/{offset}']
const places = async (...args: string[]) => (await success(['consume', ...args, ...offsets, ...end])).trim().split('\n')
const committedOf = async (group: string) =>
  (await admin.listConsumerGroupOffsets(group))
    .sort((a, b) => a.partition - b.partition)
    .map(({ partition, offset }) => [partition, offset])

test('values are printed, and it stops at the end', async () => {
  assert.equal(await success(['consume', 'orders-eu', ...end]), 'eu\n')
  const printed = await success(['consume', 'orders', '-p', '0', '-n', '2', '--format', '{key}\\t{value} {headers}'])
  assert.equal(printed, 'k0\tv0 source=web\nk1\tv1 \n')
})

test('it starts where it was told to', async () => {
  assert.deepEqual(await places('orders', '-p', '0', '--from', '2'), ['0/2'])
  assert.deepEqual(await places('orders', '-p', '0', '--from', '99'), [''])
  assert.deepEqual(await places('orders', '--from', 'end'), [''])
  assert.deepEqual(await places('orders', '-p', '0', '--from', new Date(hourAgo + 500).toISOString()), ['0/1', '0/2'])
  assert.deepEqual((await places('orders', '--from', '-2h')).sort(), ['0/0', '0/1', '0/2', '1/0'])
  assert.deepEqual(await places('orders', '--from', '-1m'), [''])
})

test('topics by pattern are those whose whole name matches', async () => {
  assert.equal(await success(['consume', 'orders-.*', '--pattern', ...end]), 'eu\n')
  assert.match(await failure(['consume', 'order', '--pattern', ...end]), /no topic matches order/)
  assert.match(await failure(['consume', '(', '--pattern'], { exitCode: 2 }), /not a regular expression/)
})

test('what --json prints, produce --json reads again', async () => {
  const printed = await success(['consume', 'orders', '--json', ...end])
  const records = jsonLines(printed)
  assert.deepEqual(
    records.find(({ partition, offset }) => partition === 0 && offset === 2),
    {
      topic: 'orders',
      partition: 0,
      offset: 2,
      timestamp: hourAgo + 2000,
      key: 'k2',
      value: '/wI=',
      valueEncoding: 'base64',
      headers: [],
    },
  )
  await admin.createTopics([{ name: 'copy', partitions: 2 }])
  await success(['produce', 'copy', '--json'], { stdin: printed })
  const sorted = (lines: any[]) => lines.map((line) => JSON.stringify({ ...line, topic: '' })).sort()
  assert.deepEqual(sorted(jsonLines(await success(['consume', 'copy', '--json', ...end]))), sorted(records))
})

test('a group remembers what was printed, and no more', async () => {
  const group = ['--group', 'billing']
  const first = await success(['consume', 'orders', ...group, '-n', '3', ...offsets])
  assert.equal(first.trim().split('\n').length, 3)
  const committed = await committedOf('billing')
  assert.equal(
    committed.reduce((sum, [, offset]) => sum + offset!, 0),
    3,
  )
  const second = await success(['consume', 'orders', ...group, ...offsets, ...end])
  assert.deepEqual((first + second).trim().split('\n').sort(), ['0/0', '0/1', '0/2', '1/0'])
  assert.deepEqual(await committedOf('billing'), [
    [0, 3],
    [1, 1],
  ])
  assert.equal(await success(['consume', 'orders', ...group, ...end]), '')
})

test('a group without an offset begins where it was told to', async () => {
  const printed = await success(['consume', 'orders', '--group', 'late', '--from', '1', ...offsets, ...end])
  assert.deepEqual(printed.trim().split('\n').sort(), ['0/1', '0/2'])
})

test('SIGINT commits and leaves the group', async () => {
  const running = program(['consume', 'orders', '--group', 'interrupted', ...offsets])
  for (const place of ['0/2', '1/0']) await running.printed(place)
  assert.equal(await running.stop('SIGINT'), 0)
  assert.equal(running.stderr, '')
  assert.deepEqual(await committedOf('interrupted'), [
    [0, 3],
    [1, 1],
  ])
  const [group] = await admin.describeConsumerGroups(['interrupted'])
  assert.deepEqual(group!.members, [])
})

test('a reader that has enough ends it in silence', async () => {
  await admin.createTopics([{ name: 'many', partitions: 1 }])
  await producer.sendBatch(Array.from({ length: 50_000 }, (_, i) => ({ topic: 'many', value: `record ${i}` })))
  const running = program(['consume', 'many'])
  await running.printed('record 10\n')
  running.child.stdout!.destroy()
  assert.equal(await running.exit(), 0)
  assert.equal(running.stderr, '')
})

test('records that come later are printed, too', async () => {
  const running = program(['consume', 'orders-eu', '--from', 'end', '-n', '1'])
  let isDone = false
  const done = running.exit().then(() => {
    isDone = true
  })
  while (!isDone) await Promise.race([producer.send({ topic: 'orders-eu', value: 'late' }), done])
  assert.equal(running.stdout, 'late\n')
})

test('what is not there is told', async () => {
  assert.match(await failure(['consume', 'nope']), /no topic nope; create it with `ottla topic create nope`/)
  assert.match(await failure(['consume', 'nope', '-g', 'g']), /no topic nope/)
  assert.match(await failure(['consume', 'orders', '-p', '1-2']), /no partition 2; it has 2 partitions/)
  assert.match(await failure(['consume', 'orders', '-f', '{kye}'], { exitCode: 2 }), /placeholder \{kye\}/)
  assert.match(await failure(['consume', 'orders', '-p', '0', '-g', 'g'], { exitCode: 2 }), /--group/)
})
