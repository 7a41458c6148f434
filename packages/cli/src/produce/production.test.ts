import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { jsonLines, startCommands } from '../testing/commands.ts'
import { newDirectory } from '../testing/program.ts'

const { admin, client, program, success, failure } = await startCommands()

/** All records of a topic, in the order of its partitions. */
async function recordsOf(topic: string) {
  const [described] = await admin.describeTopics([topic])
  const partitions = described!.partitions.map(({ partition }) => ({ topic, partition, offset: 0 }))
  const ends = await admin.listOffsets(partitions.map((each) => ({ ...each, at: 'latest' as const })))
  const count = ends.reduce((sum, { offset }) => sum + offset, 0)
  await using consumer = client.consumer({ autoOffsetReset: 'earliest' })
  await consumer.assign(partitions)
  const records: { partition: number; key?: string | undefined; value?: string | undefined; headers: unknown[] }[] = []
  if (count > 0)
    for await (const { partition, key, value, headers } of consumer) {
      const pairs = headers.map((header) => [header.key, header.value?.toString()])
      records.push({ partition, key: key?.toString(), value: value?.toString(), headers: pairs })
      if (records.length === count) break
    }
  return records.sort((a, b) => a.partition - b.partition)
}

test('lines of stdin become records, and the summary says how many', async () => {
  const printed = await success(['produce', 'lines'], { stdin: 'one\ntwo\r\n\nlast' })
  assert.match(printed, /^4 records \(10 B\) written to lines in \d/)
  assert.deepEqual(
    (await recordsOf('lines')).map(({ value }) => value),
    ['one', 'two', '', 'last'],
  )
})

test('keys, headers, tombstones, a partition and a codec', async () => {
  await admin.createTopics([{ name: 'keyed', partitions: 4 }])
  const keyed = ['--key-separator', '::', '--null', 'NULL', '--header', 'a=1', '--header', 'a=2']
  await success(['produce', 'keyed', ...keyed, '-p', '3', '--compression', 'lz4'], { stdin: 'k1::v\nk2::NULL\n' })
  const headers = [
    ['a', '1'],
    ['a', '2'],
  ]
  assert.deepEqual(await recordsOf('keyed'), [
    { partition: 3, key: 'k1', value: 'v', headers },
    { partition: 3, key: 'k2', value: undefined, headers },
  ])
})

test('a file of NDJSON, with a summary in JSON', async () => {
  await admin.createTopics([{ name: 'ndjson', partitions: 2 }])
  const file = join(await newDirectory(), 'records.ndjson')
  const lines = [
    { value: { cents: 250 }, key: 'a', partition: 1 },
    { value: 'AAH/', valueEncoding: 'base64', partition: 0, headers: [{ name: 'h', value: null }] },
  ]
  await writeFile(file, `${lines.map((line) => JSON.stringify(line)).join('\n')}\n\n`)
  assert.deepEqual(jsonLines(await success(['produce', 'ndjson', file, '--json'])), [
    {
      topic: 'ndjson',
      records: 2,
      bytes: 17,
      partitions: [
        { partition: 0, records: 1, firstOffset: 0, lastOffset: 0 },
        { partition: 1, records: 1, firstOffset: 0, lastOffset: 0 },
      ],
    },
  ])
  assert.deepEqual(await recordsOf('ndjson'), [
    { partition: 0, key: undefined, value: Buffer.from('AAH/', 'base64').toString(), headers: [['h', undefined]] },
    { partition: 1, key: 'a', value: '{"cents":250}', headers: [] },
  ])
})

test('a line that is wrong ends it, and what was before it is written', async () => {
  const text = await failure(['produce', 'half', '--value-format', 'json'], { stdin: '1\n{}\n{x\n4\n' })
  assert.match(text, /line 3: its value is not JSON.*written before it: 2 records/)
  assert.equal((await recordsOf('half')).length, 2)
})

test('a signal ends it with all that was read being written', async () => {
  const running = program(['produce', 'interrupted'], { stdin: 'open' })
  running.child.stdin!.write('one\ntwo\nthr')
  const written = async () => {
    const [topic] = await admin.listTopics().then((topics) => topics.filter(({ name }) => name === 'interrupted'))
    return topic === undefined ? 0 : (await recordsOf('interrupted')).length
  }
  while ((await written()) < 2) assert.equal(running.child.exitCode, null, running.stderr)
  assert.equal(await running.stop('SIGINT'), 0)
  assert.match(running.stdout, /^3 records/)
  assert.equal((await recordsOf('interrupted')).at(-1)!.value, 'thr')
  assert.equal(running.stderr, '')
})

test('what can not be written is told, and nobody waits for a partition that does not come', async () => {
  await admin.createTopics([{ name: 'small', partitions: 1, configs: { 'max.message.bytes': 100 } }])
  assert.match(await failure(['produce', 'small', '-p', '1'], { stdin: 'x\n' }), /no partition 1; it has 1 partition/)
  const large = await failure(['produce', 'small'], { stdin: `${'x'.repeat(1000)}\n` })
  assert.match(large, /max\.message\.bytes.*0 of 1 records were written/)
  assert.match(await failure(['produce', 'small', '/no/such']), /can not read \/no\/such: there is no such file/)
  assert.match(await failure(['produce', 'a b'], { stdin: 'x\n' }), /a topic name has 1 to 249/)
})

test('options that do not go together are wrong usage', async () => {
  for (const args of [
    ['--json', '--key-separator', ':'],
    ['--key', 'a', '--key-separator', ':'],
    ['--acks', '2'],
  ])
    assert.match(await failure(['produce', 't', ...args], { exitCode: 2 }), /--/)
})
