import assert from 'node:assert/strict'
import { eventually } from '../harness/command.ts'
import { type Scenario, unique } from '../harness/target.ts'
import { client, createTopic, startReader, text, withAdmin, withProducer } from './kafkajs-client.ts'

const send = (address: string, topic: string, values: readonly string[]) =>
  withProducer(address, (producer) =>
    producer.send({ topic, messages: values.map((value) => ({ key: value, value })) }),
  )

const values = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix} ${i}`)

export const groupScenarios: Scenario[] = [
  {
    name: 'a group goes on at its committed offsets',
    run: async (address) => {
      const topic = unique('kafkajs-resume')
      const group = unique('kafkajs-resume')
      await createTopic(address, topic, 3)
      await send(address, topic, values('a', 30))
      const first = await startReader(address, { group, topics: [topic] })
      await first.take(30)
      await first.close()
      await send(address, topic, values('b', 30))
      const second = await startReader(address, { group, topics: [topic] })
      assert.deepEqual((await second.take(30)).map(text).sort(), values('b', 30).sort())
      await second.close()
    },
  },
  {
    name: 'a new group without fromBeginning starts at the end',
    run: async (address) => {
      const topic = unique('kafkajs-latest')
      await createTopic(address, topic)
      await send(address, topic, values('old', 5))
      const joined = await startReader(address, {
        group: unique('kafkajs-latest'),
        topics: [topic],
        fromBeginning: false,
      })
      await eventually('the member has joined', async () => {
        // A first fetch has fixed the position at the end once the group is stable.
        await send(address, topic, ['new'])
        return joined.got.length > 0 || undefined
      })
      assert.ok(joined.got.every((payload) => text(payload) === 'new'))
      await joined.close()
    },
  },
  {
    name: 'members share the partitions; one that leaves gives its share to the others',
    run: async (address) => {
      const topic = unique('kafkajs-rebalance')
      const group = unique('kafkajs-rebalance')
      await createTopic(address, topic, 6)
      const readers = [await startReader(address, { group, topics: [topic] })]
      readers.push(await startReader(address, { group, topics: [topic] }))
      readers.push(await startReader(address, { group, topics: [topic] }))
      await eventually('three members', () => stableWith(address, group, 3))
      await send(address, topic, values('shared', 120))
      await eventually('all records', async () => total(readers) >= 120 || undefined)
      for (const reader of readers) assert.ok(reader.got.length > 0, 'a member got nothing')
      await readers[2]!.close()
      await eventually('two members', () => stableWith(address, group, 2))
      await send(address, topic, values('after', 60))
      await eventually('the rest', async () => total(readers) >= 180 || undefined)
      assert.equal(new Set(readers.flatMap((reader) => reader.got.map(text))).size, 180)
      await Promise.all(readers.slice(0, 2).map((reader) => reader.close()))
    },
  },
  {
    name: 'a subscription by pattern reads all topics that match',
    run: async (address) => {
      const prefix = unique('kafkajs-pattern')
      for (const suffix of ['one', 'two']) {
        await createTopic(address, `${prefix}-${suffix}`)
        await send(address, `${prefix}-${suffix}`, [suffix])
      }
      const reader = await startReader(address, {
        group: unique('kafkajs-pattern'),
        topics: [new RegExp(`^${prefix}-.*`)],
      })
      assert.deepEqual((await reader.take(2)).map(text).sort(), ['one', 'two'])
      await reader.close()
    },
  },
  {
    name: 'seek, pause and resume',
    run: async (address) => {
      const topic = unique('kafkajs-seek')
      await createTopic(address, topic)
      await send(address, topic, values('s', 10))
      const reader = await startReader(address, { group: unique('kafkajs-seek'), topics: [topic] })
      await reader.take(10)
      reader.consumer.seek({ topic, partition: 0, offset: '7' })
      assert.deepEqual((await reader.take(13)).slice(10).map(text), values('s', 10).slice(7))
      reader.consumer.pause([{ topic }])
      await send(address, topic, ['while paused'])
      reader.consumer.resume([{ topic }])
      assert.equal(text((await reader.take(14))[13]!), 'while paused')
      await reader.close()
    },
  },
  {
    name: 'offsets that a consumer commits itself, with metadata, are there for the admin',
    run: async (address) => {
      const topic = unique('kafkajs-commit')
      const group = unique('kafkajs-commit')
      await createTopic(address, topic)
      await send(address, topic, values('c', 5))
      const consumer = client(address).consumer({ groupId: group })
      await consumer.connect()
      await consumer.subscribe({ topics: [topic], fromBeginning: true })
      let seen = 0
      await consumer.run({
        autoCommit: false,
        eachMessage: async () => {
          seen += 1
        },
      })
      await eventually('all records', async () => seen >= 5 || undefined)
      await consumer.commitOffsets([{ topic, partition: 0, offset: '3', metadata: 'by hand' }])
      await consumer.disconnect()
      const [offsets] = await withAdmin(address, (admin) => admin.fetchOffsets({ groupId: group, topics: [topic] }))
      assert.deepEqual(offsets?.partitions, [{ partition: 0, offset: '3', metadata: 'by hand' }])
    },
  },
]

async function stableWith(address: string, group: string, members: number): Promise<true | undefined> {
  const { groups } = await withAdmin(address, (admin) => admin.describeGroups([group]))
  return (groups[0]?.state === 'Stable' && groups[0].members.length === members) || undefined
}

function total(readers: readonly { readonly got: readonly unknown[] }[]): number {
  return readers.reduce((sum, { got }) => sum + got.length, 0)
}
