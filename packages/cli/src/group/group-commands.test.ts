import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startCommands } from '../testing/commands.ts'

const { admin, client, success, failure } = await startCommands()

await admin.createTopics([{ name: 'orders', partitions: 2 }])
const times = [1_000_000, 2_000_000, 3_000_000, 4_000_000]
for (const timestamp of times)
  await client.producer().sendBatch([0, 1].map((partition) => ({ topic: 'orders', value: 'x', partition, timestamp })))

const commit = (group: string, offsets: readonly number[]) =>
  admin.alterConsumerGroupOffsets(
    group,
    offsets.map((offset, partition) => ({ topic: 'orders', partition, offset })),
  )
const committedOf = async (group: string) =>
  (await admin.listConsumerGroupOffsets(group)).sort((a, b) => a.partition - b.partition).map(({ offset }) => offset)

test('a description shows members, offsets and lag', async () => {
  await commit('billing', [1, 4])
  await using consumer = client.consumer({ groupId: 'billing', topics: 'orders', autoCommit: false })
  for await (const _ of consumer) break
  const text = await success(['group', 'describe', 'billing'])
  assert.match(text, /^billing {2}Stable, \w+, .*1 member, coordinator \d+$/m)
  assert.match(text, /^ {5}1 {2}ottla +127\.0\.0\.1 +\S+$/m)
  assert.match(text, /^orders +0 +1 +4 +3 +1$/m)
  assert.match(text, /^orders +1 +4 +4 +0 +1$/m)
  assert.ok(text.split('\n').every((line) => line.length <= 80))
  const [group] = JSON.parse(await success(['group', 'describe', 'billing', '--json']))
  assert.equal(group.partitions[0].lag, 3)
  assert.equal(group.partitions[0].memberId, group.members[0].memberId)

  assert.match(
    await failure(['group', 'reset', 'billing', '--to', 'end']),
    /group billing has 1 active member; stop them, then reset it/,
  )
  assert.match(await failure(['group', 'delete', 'billing', '--yes']), /group billing has members; stop them first/)
  assert.deepEqual(await committedOf('billing'), [1, 4])
})

test('a group is moved to where it was told to, within what is in the log', async () => {
  await commit('moved', [1, 4])
  const reset = async (...args: string[]) => {
    await success(['group', 'reset', 'moved', ...args])
    return committedOf('moved')
  }
  const dry = await success(['group', 'reset', 'moved', '--to', 'beginning', '--dry-run'])
  assert.match(dry, /^orders +0 +1 +0$.*^orders +1 +4 +0$.*^Nothing was changed/ms)
  assert.deepEqual(await committedOf('moved'), [1, 4])
  assert.deepEqual(await reset('--to', 'beginning'), [0, 0])
  assert.deepEqual(await reset('--to', 'end', '--topic', 'orders:1'), [0, 4])
  assert.deepEqual(await reset('--shift-by', '-2'), [0, 2])
  assert.deepEqual(await reset('--shift-by', '+1'), [1, 3])
  assert.deepEqual(await reset('--to', '99', '--topic', 'orders:0'), [4, 3])
  assert.deepEqual(await reset('--to', new Date(times[2]!).toISOString()), [2, 2])
  assert.deepEqual(await reset('--to', '-1h'), [4, 4])
})

test('a group that is not there may be given a place to begin, with a topic', async () => {
  assert.match(await failure(['group', 'reset', 'fresh', '--to', 'end']), /no group fresh/)
  const printed = await success(['group', 'reset', 'fresh', '--to', 'end', '--topic', 'orders', '--json'])
  assert.deepEqual(JSON.parse(printed).partitions, [
    { topic: 'orders', partition: 0, before: null, after: 4 },
    { topic: 'orders', partition: 1, before: null, after: 4 },
  ])
  assert.deepEqual(await committedOf('fresh'), [4, 4])
})

test('groups are listed and deleted', async () => {
  await commit('old', [1])
  assert.match(await success(['group', 'list']), /^old +Empty +\S+$/m)
  assert.ok(JSON.parse(await success(['group', 'list', '--json'])).some(({ group }: any) => group === 'old'))
  assert.match(await failure(['group', 'delete', 'old'], { exitCode: 2 }), /give --yes/)
  assert.equal(await success(['group', 'delete', 'old', '--yes']), 'deleted group old\n')
  assert.match(await failure(['group', 'delete', 'old', '--yes']), /no group old; see `ottla group list`/)
  assert.match(await success(['group', 'delete', 'old', '--yes', '--if-exists']), /there was no group old/)
})

test('wrong usage is told', async () => {
  const usage = (...args: string[]) => failure(['group', 'reset', 'g', ...args], { exitCode: 2 })
  assert.match(await usage(), /where to\?/)
  assert.match(await usage('--to', 'end', '--shift-by', '1'), /cannot be used with/)
  assert.match(await usage('--to', 'soon'), /beginning, end, an offset, a time/)
  assert.match(await failure(['group', 'describe', 'none']), /no group none/)
})
