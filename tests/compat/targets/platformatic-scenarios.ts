import assert from 'node:assert/strict'
import {
  Admin,
  Consumer,
  type ConsumerOptions,
  type Message,
  type MessagesStream,
  Producer,
  stringDeserializers,
  stringSerializers,
} from '@platformatic/kafka'
import { eventually } from '../harness/command.ts'
import { type Scenario, unique } from '../harness/target.ts'

type Text = Message<string, string, string, string>
type TextStream = MessagesStream<string, string, string, string>

const values = (count: number, prefix = 'value') => Array.from({ length: count }, (_, i) => `${prefix} ${i}`)

async function withAdmin<T>(address: string, use: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = new Admin({ clientId: 'compat', bootstrapBrokers: [address] })
  return use(admin).finally(() => admin.close())
}

type TextProducer = Producer<string, string, string, string>
async function withProducer<T>(address: string, use: (producer: TextProducer) => Promise<T>, options = {}): Promise<T> {
  const base = { clientId: 'compat', bootstrapBrokers: [address], serializers: stringSerializers }
  const producer = new Producer({ ...base, ...options })
  return use(producer).finally(() => producer.close())
}

const createTopic = (address: string, topic: string, partitions = 1) =>
  withAdmin(address, (admin) => admin.createTopics({ topics: [topic], partitions, replicas: 1 }))

const send = (address: string, topic: string, all: readonly string[]) =>
  withProducer(address, (producer) => producer.send({ messages: all.map((value) => ({ topic, key: value, value })) }))

interface Reader {
  readonly consumer: Consumer<string, string, string, string>
  readonly got: Text[]
  take(count: number): Promise<Text[]>
  close(): Promise<void>
}

async function startReader(
  address: string,
  group: string,
  topic: string,
  options: Partial<ConsumerOptions<string, string, string, string>> = {},
) {
  const base = { clientId: 'compat', bootstrapBrokers: [address], deserializers: stringDeserializers }
  const timing = { sessionTimeout: 10_000, heartbeatInterval: 300, maxWaitTime: 200 }
  const consumer = new Consumer({ ...base, groupId: group, ...timing, ...options } as ConsumerOptions<
    string,
    string,
    string,
    string
  >)
  const stream: TextStream = await consumer.consume({
    topics: [topic],
    mode: 'committed',
    fallbackMode: 'earliest',
    autocommit: true,
  })
  const got: Text[] = []
  const errors: Error[] = []
  stream.on('data', (message) => got.push(message))
  stream.on('error', (error) => errors.push(error))
  const reader: Reader = {
    consumer,
    got,
    take: async (count) => {
      const enough = async () => {
        if (errors[0] !== undefined) throw errors[0]
        return got.length >= count || undefined
      }
      await eventually(`${count} records`, enough, 20_000)
      return got
    },
    close: async () => {
      await stream.close()
      await consumer.close(true)
    },
  }
  return reader
}

async function readAll(address: string, topic: string, count: number): Promise<Text[]> {
  const reader = await startReader(address, unique('platformatic-read'), topic)
  return reader.take(count).finally(() => reader.close())
}

export const scenarios: Scenario[] = [
  {
    name: 'records come back in order with offsets, keys, headers and timestamps',
    run: async (address) => {
      const topic = unique('platformatic-order')
      await createTopic(address, topic)
      const timestamp = BigInt(Date.now() - 5_000)
      const messages = values(300).map((value) => ({
        topic,
        key: `key of ${value}`,
        value,
        timestamp,
        headers: { of: value },
      }))
      const { offsets } = await withProducer(address, (producer) => producer.send({ messages }))
      assert.equal(offsets?.[0]?.offset, 0n)
      const got = await readAll(address, topic, 300)
      assert.deepEqual(
        got.map(({ offset, key, value, timestamp: at, headers }) => [
          Number(offset),
          key,
          value,
          at,
          headers.get('of'),
        ]),
        values(300).map((value, i) => [i, `key of ${value}`, value, timestamp, value]),
      )
    },
  },
  ...(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const).map(
    (compression): Scenario => ({
      name: `compression ${compression}`,
      run: async (address) => {
        const topic = unique(`platformatic-${compression}`)
        await createTopic(address, topic)
        await withProducer(address, (producer) =>
          producer.send({ messages: values(300).map((value) => ({ topic, value })), compression }),
        )
        assert.deepEqual(
          (await readAll(address, topic, 300)).map(({ value }) => value),
          values(300),
        )
      },
    }),
  ),
  ...[-1, 0, 1].map(
    (acks): Scenario => ({
      name: `acks=${acks}`,
      run: async (address) => {
        const topic = unique('platformatic-acks')
        await createTopic(address, topic)
        await withProducer(address, (producer) =>
          producer.send({ messages: values(20).map((value) => ({ topic, value })), acks }),
        )
        assert.equal((await readAll(address, topic, 20)).length, 20)
      },
    }),
  ),
  {
    name: 'an idempotent producer writes each record once and in order',
    run: async (address) => {
      const topic = unique('platformatic-idempotent')
      await createTopic(address, topic, 3)
      const sendAll = async (producer: TextProducer) => {
        for (const value of values(60)) await producer.send({ messages: [{ topic, key: 'one key', value }] })
      }
      await withProducer(address, sendAll, { idempotent: true })
      assert.deepEqual(
        (await readAll(address, topic, 60)).map(({ value }) => value),
        values(60),
      )
    },
  },
  {
    name: 'a topic comes into being when a producer asks for it',
    run: async (address) => {
      const topic = unique('platformatic-auto')
      await withProducer(address, (producer) => producer.send({ messages: [{ topic, value: 'x' }] }), {
        autocreateTopics: true,
      })
      assert.equal((await readAll(address, topic, 1))[0]?.value, 'x')
    },
  },
  {
    name: 'a record of 200,000 bytes goes through, one of 2,000,000 is refused',
    run: async (address) => {
      const topic = unique('platformatic-large')
      await createTopic(address, topic)
      const large = 'x'.repeat(200_000)
      await send(address, topic, [large.slice(0, 100_000)])
      const producing = withProducer(
        address,
        (producer) => producer.send({ messages: [{ topic, value: 'x'.repeat(2_000_000) }] }),
        { retries: 0 },
      )
      await assert.rejects(producing)
      await withProducer(address, (producer) => producer.send({ messages: [{ topic, value: large }] }))
      assert.equal((await readAll(address, topic, 2))[1]?.value, large)
    },
  },
  {
    name: 'a group goes on at its committed offsets',
    run: async (address) => {
      const topic = unique('platformatic-resume')
      const group = unique('platformatic-resume')
      await createTopic(address, topic, 3)
      await send(address, topic, values(30, 'a'))
      const first = await startReader(address, group, topic)
      await first.take(30)
      await first.close()
      await send(address, topic, values(30, 'b'))
      const second = await startReader(address, group, topic)
      const got = (await second.take(30)).map(({ value }) => value)
      assert.deepEqual(got.sort(), values(30, 'b').sort())
      await second.close()
    },
  },
  {
    name: 'members share the partitions; one that leaves gives its share to the others',
    run: async (address) => {
      const topic = unique('platformatic-rebalance')
      const group = unique('platformatic-rebalance')
      await createTopic(address, topic, 6)
      const readers = [await startReader(address, group, topic), await startReader(address, group, topic)]
      await eventually('two members', () => stableWith(address, group, 2))
      // This client lets the new member go on before the old one has let go, so it takes some rounds until both read.
      let sent = 0
      await eventually('both members read', async () => {
        await send(address, topic, values(30, `round ${sent}`))
        sent += 30
        await eventually('all records', async () => seen(readers) >= sent || undefined)
        return readers.every(({ got }) => got.length > 0) || undefined
      })
      await readers[1]!.close()
      await eventually('one member', () => stableWith(address, group, 1))
      await send(address, topic, values(60, 'after'))
      await eventually('the rest', async () => seen(readers) >= sent + 60 || undefined)
      await readers[0]!.close()
    },
  },
  {
    name: 'a static member that comes back keeps its partitions without a rebalance',
    run: async (address) => {
      const topic = unique('platformatic-static')
      const group = unique('platformatic-static')
      await createTopic(address, topic, 2)
      const stays = await startReader(address, group, topic, { groupInstanceId: 'stays' })
      const comes = await startReader(address, group, topic, { groupInstanceId: 'comes' })
      await eventually('two members', () => stableWith(address, group, 2))
      const { members } = (await withAdmin(address, (admin) => admin.describeGroups({ groups: [group] }))).get(group)!
      assert.deepEqual([...members.values()].map(({ groupInstanceId }) => groupInstanceId).sort(), ['comes', 'stays'])
      await Promise.all([stays.close(), comes.close()])
    },
  },
  {
    name: 'topics are created, listed, grown, configured and deleted',
    run: (address) =>
      withAdmin(address, async (admin) => {
        const topic = unique('platformatic-admin')
        const [created] = await admin.createTopics({
          topics: [topic],
          partitions: 2,
          replicas: 1,
          configs: [{ name: 'retention.ms', value: '5000' }],
        })
        assert.equal(created?.configuration['retention.ms'], '5000')
        await admin.createPartitions({ topics: [{ name: topic, count: 4, assignments: null }] })
        assert.ok((await admin.listTopics()).includes(topic))
        const change = {
          resourceType: 2 as const,
          resourceName: topic,
          configs: [{ name: 'max.message.bytes', configOperation: 0, value: '3000' }],
        }
        await admin.incrementalAlterConfigs({ resources: [change as any] })
        const [described] = await admin.describeConfigs({
          resources: [{ resourceType: 2, resourceName: topic, configurationKeys: ['max.message.bytes'] }],
        } as any)
        assert.equal((described as any).configs[0].value, '3000')
        await admin.deleteTopics({ topics: [topic] })
        assert.ok(!(await admin.listTopics()).includes(topic))
      }),
  },
  {
    name: 'groups are listed and deleted, their offsets read and moved',
    run: async (address) => {
      const topic = unique('platformatic-groups')
      const group = unique('platformatic-groups')
      await createTopic(address, topic)
      await send(address, topic, values(10))
      const reader = await startReader(address, group, topic)
      await reader.take(10)
      await reader.close()
      await withAdmin(address, async (admin) => {
        assert.ok((await admin.listGroups()).has(group))
        const offsets = await admin.listConsumerGroupOffsets({
          groups: [{ groupId: group, topics: [{ name: topic, partitionIndexes: [0] }] }],
        })
        assert.equal(offsets[0]?.topics[0]?.partitions[0]?.committedOffset, 10n)
        await admin.alterConsumerGroupOffsets({
          groupId: group,
          topics: [{ name: topic, partitionOffsets: [{ partition: 0, offset: 4n }] }],
        })
        const again = await startReader(address, group, topic)
        assert.equal((await again.take(6))[0]?.offset, 4n)
        await again.close()
        await admin.deleteGroups({ groups: [group] })
        assert.ok(!(await admin.listGroups()).has(group))
      })
    },
  },
]

async function stableWith(address: string, group: string, count: number): Promise<true | undefined> {
  const described = await withAdmin(address, (admin) => admin.describeGroups({ groups: [group] }))
  const { state, members } = described.get(group)!
  return (state === 'Stable' && members.size === count) || undefined
}

function seen(readers: readonly Reader[]): number {
  return new Set(
    readers.flatMap(({ got }) => got.map(({ topic, partition, offset }) => `${topic} ${partition} ${offset}`)),
  ).size
}
