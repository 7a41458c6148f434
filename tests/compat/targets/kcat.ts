// kcat (librdkafka), as a person uses it in a shell.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CommandOptions, eventually, execute, findProgram, start, succeed } from '../harness/command.ts'
import { runScenarios, type Scenario, type Target, unique } from '../harness/target.ts'

const program = findProgram('kcat', 'kafkacat')

export const kcat: Target = {
  name: 'kcat',
  prepare: async () => (program === undefined ? 'kcat is not installed (Debian: apt-get install kafkacat)' : undefined),
  run: (context) => runScenarios(scenarios, context),
}

const run = (address: string, args: readonly string[], options?: CommandOptions) =>
  succeed(program!, ['-b', address, ...args], options)

/** One record per line of `input`; `key:value` where `args` say so. */
const produce = (address: string, topic: string, input: string | Buffer, ...args: string[]) =>
  run(address, ['-P', '-t', topic, ...args], { input })

const consume = (address: string, topic: string, format: string, ...args: string[]) =>
  run(address, ['-C', '-t', topic, '-e', '-q', '-f', format, ...args])

const lines = (text: string) => text.split('\n').filter((line) => line !== '')
const numbers = (count: number) => Array.from({ length: count }, (_, i) => `record ${i}`)

const scenarios: Scenario[] = [
  {
    name: 'metadata lists the broker and a topic that comes into being by asking for it',
    run: async (address) => {
      const topic = unique('kcat-metadata')
      await produce(address, topic, 'x\n')
      const metadata = JSON.parse(await run(address, ['-L', '-J', '-t', topic]))
      assert.equal(metadata.brokers.length, 1)
      assert.equal(metadata.brokers[0].name, address)
      assert.equal(metadata.topics[0].topic, topic)
      assert.ok(metadata.topics[0].partitions.length >= 1)
      assert.equal(metadata.topics[0].partitions[0].leader, metadata.brokers[0].id)
    },
  },
  {
    name: 'records come back in order with their offsets',
    run: async (address) => {
      const topic = unique('kcat-order')
      await produce(address, topic, numbers(1000).join('\n'), '-p', '0')
      const got = lines(await consume(address, topic, '%o %s\n', '-p', '0', '-o', 'beginning'))
      assert.deepEqual(
        got,
        numbers(1000).map((value, offset) => `${offset} ${value}`),
      )
    },
  },
  ...['none', 'gzip', 'snappy', 'lz4', 'zstd'].map(
    (codec): Scenario => ({
      name: `compression ${codec} is kept`,
      run: async (address) => {
        const topic = unique(`kcat-${codec}`)
        await produce(address, topic, numbers(500).join('\n'), '-z', codec, '-p', '0')
        assert.deepEqual(lines(await consume(address, topic, '%s\n', '-p', '0')), numbers(500))
      },
    }),
  ),
  {
    name: 'keys, null keys, empty values and tombstones are four different things',
    run: async (address) => {
      const topic = unique('kcat-keys')
      await produce(address, topic, 'k1|v1\nk2|\nno key\n', '-K', '|', '-p', '0')
      await produce(address, topic, 'k3|\n', '-K', '|', '-Z', '-p', '0')
      const got = lines(await consume(address, topic, '%K %k %S %s\n', '-p', '0'))
      assert.deepEqual(got, ['2 k1 2 v1', '2 k2 0 ', '-1  6 no key', '2 k3 -1 '])
    },
  },
  {
    name: 'headers keep their order and their repetitions',
    run: async (address) => {
      const topic = unique('kcat-headers')
      await produce(address, topic, 'x\n', '-H', 'a=1', '-H', 'b=two', '-H', 'a=3')
      assert.equal(await consume(address, topic, '%h', '-c', '1'), 'a=1,b=two,a=3')
    },
  },
  {
    name: 'a record carries the time at which it was made, and offsets are found by time',
    run: async (address) => {
      const topic = unique('kcat-time')
      const before = Date.now()
      await produce(address, topic, 'first\n', '-p', '0')
      await eventually('the clock goes on', async () => Date.now() > before + 1_000 || undefined)
      const between = Date.now()
      await produce(address, topic, 'second\n', '-p', '0')
      const times = lines(await consume(address, topic, '%T\n', '-p', '0')).map(Number)
      assert.equal(times.length, 2)
      assert.ok(times[0]! >= before && times[0]! <= between && times[1]! >= between)
      assert.match(await run(address, ['-Q', '-t', `${topic}:0:${between}`]), /offset 1/)
      assert.equal(await consume(address, topic, '%s', '-p', '0', '-o', `s@${between}`), 'second')
    },
  },
  {
    name: 'the beginning and the end can be asked for',
    run: async (address) => {
      const topic = unique('kcat-offsets')
      await produce(address, topic, numbers(7).join('\n'), '-p', '0')
      assert.match(await run(address, ['-Q', '-t', `${topic}:0:-2`]), /offset 0/)
      assert.match(await run(address, ['-Q', '-t', `${topic}:0:-1`]), /offset 7/)
    },
  },
  {
    name: 'reading begins at an offset, or so many records before the end',
    run: async (address) => {
      const topic = unique('kcat-from')
      await produce(address, topic, numbers(20).join('\n'), '-p', '0')
      assert.equal(await consume(address, topic, '%s,', '-p', '0', '-o', '18'), 'record 18,record 19,')
      assert.equal(await consume(address, topic, '%s,', '-p', '0', '-o', '-1'), 'record 19,')
    },
  },
  {
    name: 'an offset that is out of range begins where auto.offset.reset says',
    run: async (address) => {
      const topic = unique('kcat-range')
      await produce(address, topic, numbers(3).join('\n'), '-p', '0')
      const got = await consume(address, topic, '%o,', '-p', '0', '-o', '500', '-X', 'topic.auto.offset.reset=earliest')
      assert.equal(got, '0,1,2,')
    },
  },
  {
    name: 'a record of 900,000 bytes goes through',
    run: async (address) => {
      const topic = unique('kcat-large')
      const value = 'ab'.repeat(450_000)
      await withFile(value, (file) => run(address, ['-P', '-t', topic, '-p', '0', file]))
      assert.equal(await consume(address, topic, '%s', '-p', '0'), value)
    },
  },
  {
    name: 'a record above max.message.bytes is refused',
    run: async (address) => {
      const topic = unique('kcat-too-large')
      const value = 'ab'.repeat(1_000_000)
      const result = await withFile(value, (file) =>
        execute(program!, ['-b', address, '-P', '-t', topic, '-X', 'message.max.bytes=4000000', file]),
      )
      assert.match(result.stderr, /Message size too large/i)
    },
  },
  ...['0', '1', 'all'].map(
    (acks): Scenario => ({
      name: `acks=${acks}`,
      run: async (address) => {
        const topic = unique(`kcat-acks-${acks}`)
        await produce(address, topic, numbers(100).join('\n'), '-p', '0', '-X', `topic.acks=${acks}`)
        const got = await eventually('all records', async () => {
          const all = lines(await consume(address, topic, '%s\n', '-p', '0'))
          return all.length === 100 ? all : undefined
        })
        assert.deepEqual(got, numbers(100))
      },
    }),
  ),
  {
    name: 'an idempotent producer writes each record once',
    run: async (address) => {
      const topic = unique('kcat-idempotent')
      await produce(address, topic, numbers(2000).join('\n'), '-p', '0', '-X', 'enable.idempotence=true')
      assert.deepEqual(lines(await consume(address, topic, '%s\n', '-p', '0')), numbers(2000))
    },
  },
  {
    name: 'a group goes on where it stopped',
    run: async (address) => {
      const topic = unique('kcat-group')
      const group = unique('kcat-group')
      await produce(address, topic, numbers(10).join('\n'))
      assert.deepEqual(lines(await groupRead(address, group, topic, 10)).sort(), numbers(10).sort())
      await produce(address, topic, 'one more\n')
      assert.deepEqual(lines(await groupRead(address, group, topic, 1)), ['one more'])
    },
  },
  {
    name: 'two members share the partitions, and one takes over what the other leaves',
    run: async (address) => {
      const topic = unique('kcat-two')
      const group = unique('kcat-two')
      await produce(address, topic, 'start\n')
      const args = ['-b', address, '-G', group, '-f', '%s\n', '-u', '-X', 'auto.offset.reset=earliest', topic]
      let seenByFirst = 0
      const first = start(program!, args, { onLine: () => seenByFirst++ })
      const second = start(program!, args)
      await eventually('the first record', async () => (seenByFirst > 0 ? true : undefined), 8_000).catch(
        () => undefined,
      )
      second.signal('SIGTERM')
      const { stdout: fromSecond } = await second.finished
      await produce(address, topic, numbers(50).join('\n'))
      await eventually('what is left for the first', async () => (seenByFirst >= 50 ? true : undefined))
      first.signal('SIGTERM')
      const { stdout } = await first.finished
      assert.deepEqual(new Set([...lines(stdout), ...lines(fromSecond)]), new Set(['start', ...numbers(50)]))
    },
  },
  {
    name: 'a member that dies without a goodbye loses its partitions after its session timeout',
    run: async (address) => {
      const topic = unique('kcat-dies')
      const group = unique('kcat-dies')
      await produce(address, topic, 'start\n')
      const settings = [
        '-X',
        'auto.offset.reset=earliest',
        '-X',
        'session.timeout.ms=6000',
        '-X',
        'group.instance.id=one',
      ]
      const dies = start(program!, ['-b', address, '-G', group, '-f', '%s\n', '-u', ...settings, topic])
      await new Promise((resolve) => setTimeout(resolve, 3_000))
      dies.signal('SIGKILL')
      await dies.finished
      await produce(address, topic, 'after\n')
      const next = ['-G', group, '-c', '1', '-f', '%s\n', '-q', '-X', 'auto.offset.reset=earliest', topic]
      const killed = Date.now()
      assert.match(await run(address, next), /start|after/)
      assert.ok(Date.now() - killed > 1_000, 'the dead member held its partition for its session timeout')
    },
  },
  {
    name: 'a consumer at the end waits, and gets what comes',
    run: async (address) => {
      const topic = unique('kcat-wait')
      await produce(address, topic, 'before\n', '-p', '0')
      const waiting = start(program!, ['-b', address, '-C', '-t', topic, '-p', '0', '-o', 'end', '-c', '1', '-u', '-q'])
      await new Promise((resolve) => setTimeout(resolve, 1_000))
      await produce(address, topic, 'after\n', '-p', '0')
      assert.equal((await waiting.finished).stdout, 'after\n')
    },
  },
]

function groupRead(address: string, group: string, topic: string, count: number): Promise<string> {
  const settings = ['-X', 'auto.offset.reset=earliest']
  return run(address, ['-G', group, '-c', String(count), '-f', '%s\n', '-q', ...settings, topic])
}

/** kcat takes a file as one record. */
async function withFile<T>(content: string, use: (file: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'kcat-'))
  const file = join(directory, 'record')
  writeFileSync(file, content)
  try {
    return await use(file)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
