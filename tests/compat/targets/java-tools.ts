// The command line tools of Apache Kafka, as `bin/kafka-*.sh` start them.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CommandOptions, execute, succeed } from '../harness/command.ts'
import { javaWithKafka } from '../harness/kafka-jars.ts'
import { runScenarios, type Scenario, type Target, unique } from '../harness/target.ts'

let java = ''
let classpath = ''

export const javaTools: Target = {
  name: 'Kafka tools',
  prepare: async () => {
    const found = await javaWithKafka()
    if ('missing' in found) return found.missing
    java = found.java
    classpath = found.classpath
    return undefined
  },
  run: (context) => runScenarios(scenarios, context),
}

const classes = {
  topics: 'org.apache.kafka.tools.TopicCommand',
  configs: 'kafka.admin.ConfigCommand',
  groups: 'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand',
  allGroups: 'org.apache.kafka.tools.GroupsCommand',
  consoleProducer: 'org.apache.kafka.tools.ConsoleProducer',
  consoleConsumer: 'org.apache.kafka.tools.consumer.ConsoleConsumer',
  offsets: 'org.apache.kafka.tools.GetOffsetShell',
  deleteRecords: 'org.apache.kafka.tools.DeleteRecordsCommand',
  logDirs: 'org.apache.kafka.tools.LogDirsCommand',
  cluster: 'org.apache.kafka.tools.ClusterTool',
  apiVersions: 'org.apache.kafka.tools.BrokerApiVersionsCommand',
  verifiableProducer: 'org.apache.kafka.tools.VerifiableProducer',
  verifiableConsumer: 'org.apache.kafka.tools.VerifiableConsumer',
  producerPerformance: 'org.apache.kafka.tools.ProducerPerformance',
  consumerPerformance: 'org.apache.kafka.tools.ConsumerPerformance',
  endToEndLatency: 'org.apache.kafka.tools.EndToEndLatency',
} as const
type Tool = keyof typeof classes

const commandLine = (tool: Tool, args: readonly string[]) => [
  '-Xmx256M',
  '-XX:TieredStopAtLevel=1',
  '-cp',
  classpath,
  classes[tool],
  ...args,
]
const run = (address: string, tool: Tool, args: readonly string[], options?: CommandOptions) =>
  succeed(java, commandLine(tool, ['--bootstrap-server', address, ...args]), options)

const lines = (text: string) => text.split('\n').filter((line) => line !== '')
const numbers = (count: number) => Array.from({ length: count }, (_, i) => `record ${i}`)
const createTopic = (address: string, topic: string, ...args: string[]) =>
  run(address, 'topics', ['--create', '--topic', topic, '--partitions', '3', '--replication-factor', '1', ...args])
const produce = (address: string, topic: string, input: string, ...args: string[]) =>
  run(address, 'consoleProducer', ['--topic', topic, ...args], { input })
const consume = (address: string, topic: string, count: number, ...args: string[]) =>
  run(address, 'consoleConsumer', ['--topic', topic, '--max-messages', String(count), '--timeout-ms', '20000', ...args])

const scenarios: Scenario[] = [
  {
    name: 'kafka-topics creates, lists, describes, grows and deletes',
    run: async (address) => {
      const topic = unique('tools-topics')
      await createTopic(address, topic, '--config', 'retention.ms=60000')
      assert.ok(lines(await run(address, 'topics', ['--list'])).includes(topic))
      await run(address, 'topics', ['--alter', '--topic', topic, '--partitions', '5'])
      const described = await run(address, 'topics', ['--describe', '--topic', topic])
      assert.match(described, /PartitionCount: 5\s+ReplicationFactor: 1\s+Configs: .*retention\.ms=60000/)
      assert.match(described, /Partition: 4\s+Leader: \d+\s+Replicas: \d+\s+Isr: \d+/)
      await run(address, 'topics', ['--delete', '--topic', topic])
      assert.ok(!lines(await run(address, 'topics', ['--list'])).includes(topic))
    },
  },
  {
    name: 'kafka-topics names what is wrong with a topic',
    run: async (address) => {
      const args = ['--bootstrap-server', address, '--create', '--topic', 'tools:bad', '--partitions', '1']
      const { code, stdout, stderr } = await execute(java, commandLine('topics', args))
      assert.notEqual(code, 0)
      assert.match(stdout + stderr, /illegal|invalid/i)
    },
  },
  {
    name: 'kafka-console-producer and kafka-console-consumer with keys and headers',
    run: async (address) => {
      const topic = unique('tools-console')
      await createTopic(address, topic)
      const parse = ['--property', 'parse.key=true', '--property', 'parse.headers=true']
      await produce(address, topic, 'h1:v1\tk1\tone\nh2:v2\tk2\ttwo\n', ...parse)
      const show = ['print.key=true', 'print.headers=true', 'print.offset=true', 'print.partition=true']
      const got = await consume(address, topic, 2, '--from-beginning', ...show.flatMap((it) => ['--property', it]))
      assert.match(got, /Partition:\d\tOffset:0\th1:v1\tk1\tone/)
      assert.match(got, /h2:v2\tk2\ttwo/)
    },
  },
  {
    name: 'kafka-console-producer creates the topic, all compression codecs are read back',
    run: async (address) => {
      const topic = unique('tools-codecs')
      const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd']
      for (const codec of codecs)
        await produce(address, topic, `${codec} ${'x'.repeat(2000)}\n`, '--compression-codec', codec)
      const got = lines(await consume(address, topic, codecs.length, '--from-beginning'))
      assert.deepEqual(got.map((line) => line.split(' ')[0]).sort(), [...codecs].sort())
    },
  },
  {
    name: 'kafka-consumer-groups lists, describes, resets and deletes',
    run: async (address) => {
      const topic = unique('tools-groups')
      const group = unique('tools-groups')
      await createTopic(address, topic)
      await produce(address, topic, `${numbers(9).join('\n')}\n`)
      await consume(address, topic, 9, '--group', group, '--from-beginning')
      assert.ok(lines(await run(address, 'groups', ['--list'])).includes(group))
      const described = await run(address, 'groups', ['--describe', '--group', group])
      assert.equal(total(described, topic, 'LAG'), 0)
      assert.match(await run(address, 'groups', ['--describe', '--group', group, '--state']), /Empty\s+0/)
      const reset = ['--reset-offsets', '--group', group, '--topic', topic, '--to-earliest', '--execute']
      await run(address, 'groups', reset)
      assert.equal(total(await run(address, 'groups', ['--describe', '--group', group]), topic, 'LAG'), 9)
      await run(address, 'groups', ['--delete-offsets', '--group', group, '--topic', topic])
      await run(address, 'groups', ['--delete', '--group', group])
      assert.ok(!lines(await run(address, 'groups', ['--list'])).includes(group))
      assert.doesNotMatch(await run(address, 'allGroups', ['--list']), new RegExp(group))
    },
  },
  {
    name: 'kafka-configs describes, changes and resets settings of a topic and of the broker',
    run: async (address) => {
      const topic = unique('tools-configs')
      await createTopic(address, topic)
      const entity = ['--entity-type', 'topics', '--entity-name', topic]
      await run(address, 'configs', ['--alter', ...entity, '--add-config', 'max.message.bytes=1234,retention.ms=99'])
      assert.match(await run(address, 'configs', ['--describe', ...entity]), /max\.message\.bytes=1234/)
      await run(address, 'configs', ['--alter', ...entity, '--delete-config', 'max.message.bytes'])
      const all = await run(address, 'configs', ['--describe', '--all', ...entity])
      assert.match(all, /max\.message\.bytes=1048588/)
      assert.match(all, /retention\.ms=99 /)
      const broker = ['--entity-type', 'brokers', '--entity-name', '1', '--describe', '--all']
      assert.match(await run(address, 'configs', broker), /log\.retention\.(hours|ms)=/)
    },
  },
  {
    name: 'kafka-configs names a setting that is unknown or invalid',
    run: async (address) => {
      const topic = unique('tools-invalid')
      await createTopic(address, topic)
      for (const setting of ['no.such.setting=1', 'retention.ms=soon', 'cleanup.policy=never']) {
        const args = ['--alter', '--entity-type', 'topics', '--entity-name', topic, '--add-config', setting]
        const { code, stdout, stderr } = await execute(
          java,
          commandLine('configs', ['--bootstrap-server', address, ...args]),
        )
        assert.notEqual(code, 0)
        assert.ok((stdout + stderr).includes(setting.split('=')[0]!), `${setting}: ${stdout}${stderr}`)
      }
    },
  },
  {
    name: 'kafka-get-offsets: latest, earliest, by time, of the greatest time',
    run: async (address) => {
      const topic = unique('tools-offsets')
      const before = Date.now()
      await createTopic(address, topic)
      await produce(address, topic, `${numbers(6).join('\n')}\n`, '--property', 'key.separator=|')
      const sum = async (time: string) => {
        const got = await run(address, 'offsets', ['--topic', topic, '--time', time])
        return lines(got).reduce((all, line) => all + Number(line.split(':')[2] || 0), 0)
      }
      assert.equal(await sum('latest'), 6)
      assert.equal(await sum('earliest'), 0)
      assert.equal(await sum(String(before)), 0)
      await run(address, 'offsets', ['--topic', topic, '--time', 'max-timestamp'])
      await run(address, 'offsets', ['--topic', topic, '--time', 'earliest-local'])
    },
  },
  {
    name: 'kafka-delete-records moves the beginning',
    run: async (address) => {
      const topic = unique('tools-delete')
      await run(address, 'topics', ['--create', '--topic', topic, '--partitions', '1'])
      await produce(address, topic, `${numbers(10).join('\n')}\n`)
      await withJson({ partitions: [{ topic, partition: 0, offset: 4 }], version: 1 }, async (file) => {
        assert.match(await run(address, 'deleteRecords', ['--offset-json-file', file]), /low_watermark: 4/)
      })
      const first = await consume(address, topic, 1, '--from-beginning', '--property', 'print.offset=true')
      assert.match(first, /Offset:4\trecord 4/)
    },
  },
  {
    name: 'kafka-log-dirs shows the size of partitions',
    run: async (address) => {
      const topic = unique('tools-dirs')
      await createTopic(address, topic)
      await produce(address, topic, `${numbers(100).join('\n')}\n`)
      const got = await run(address, 'logDirs', ['--describe', '--topic-list', topic])
      const json = JSON.parse(lines(got).find((line) => line.startsWith('{'))!)
      const { partitions } = json.brokers[0].logDirs[0] as { partitions: { partition: string; size: number }[] }
      assert.equal(partitions.length, 3)
      assert.ok(partitions.reduce((sum, { size }) => sum + size, 0) > 100)
    },
  },
  {
    name: 'kafka-cluster shows the id, kafka-broker-api-versions what the broker speaks',
    run: async (address) => {
      assert.match(await clusterId(address), /Cluster ID: \S+/)
      const versions = await run(address, 'apiVersions', [])
      assert.match(versions, /Produce\(0\): .*\[usable: \d+\]/)
      assert.match(versions, /Fetch\(1\): .*\[usable: \d+\]/)
    },
  },
  {
    name: 'kafka-verifiable-producer and -consumer agree on 5,000 records',
    run: async (address) => {
      const topic = unique('tools-verifiable')
      await createTopic(address, topic)
      const produced = await run(address, 'verifiableProducer', [
        '--topic',
        topic,
        '--max-messages',
        '5000',
        '--acks',
        '-1',
      ])
      assert.equal(lines(produced).filter((line) => line.includes('producer_send_success')).length, 5000)
      const args = [
        '--topic',
        topic,
        '--group-id',
        unique('tools-verifiable'),
        '--max-messages',
        '5000',
        '--reset-policy',
        'earliest',
      ]
      const consumed = await run(address, 'verifiableConsumer', args)
      const counts = lines(consumed)
        .map((line) => JSON.parse(line))
        .filter(({ name }) => name === 'records_consumed')
      assert.equal(
        counts.reduce((sum, { count }) => sum + count, 0),
        5000,
      )
    },
  },
  {
    name: 'kafka-producer-perf-test, kafka-consumer-perf-test and kafka-e2e-latency run to their end',
    run: async (address) => {
      const topic = unique('tools-perf')
      await createTopic(address, topic)
      const produceArgs = ['--topic', topic, '--num-records', '50000', '--record-size', '100', '--throughput', '-1']
      const produced = await run(address, 'producerPerformance', [...produceArgs, '--command-property', 'acks=all'])
      assert.match(produced, /50000 records sent/)
      const consumed = await run(address, 'consumerPerformance', ['--topic', topic, '--num-records', '50000'])
      assert.match(lines(consumed).at(-1)!, /^\d{4}-/)
      const latency = ['--topic', topic, '--num-records', '100', '--producer-acks', 'all', '--record-size', '100']
      assert.match(await run(address, 'endToEndLatency', latency), /Percentiles: 50th/)
    },
  },
]

/** The sum of a column over the rows of a topic in a table of kafka-consumer-groups. */
function total(table: string, topic: string, column: string): number {
  const rows = lines(table).map((line) => line.trim().split(/\s+/))
  const header = rows.find((row) => row.includes(column))
  assert.ok(header !== undefined, table)
  return rows.filter((row) => row[1] === topic).reduce((sum, row) => sum + Number(row[header.indexOf(column)]), 0)
}

/** This tool takes its command before its options. */
function clusterId(address: string): Promise<string> {
  return succeed(java, commandLine('cluster', ['cluster-id', '--bootstrap-server', address]))
}

async function withJson(content: object, use: (file: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'tools-'))
  const file = join(directory, 'input.json')
  writeFileSync(file, JSON.stringify(content))
  await use(file).finally(() => rmSync(directory, { recursive: true, force: true }))
}
