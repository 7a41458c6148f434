// What a consumer promises, on whichever broker: Ottla in this process, or Apache Kafka.
import assert from 'node:assert/strict'
import { type Client, type Consumer, type ConsumerRecord, OttlaError, rangeAssignor } from '@ottla/client'

export interface Scenario {
  readonly name: string
  run(context: ScenarioContext): Promise<void>
}

export interface ScenarioContext {
  readonly client: Client
  /** A name that no other scenario has. */
  readonly topic: string
  /** Writes values `v0`, `v1`, … with a few keys to the topic, which has several partitions. */
  write(count: number, topic?: string): Promise<void>
  /** Deletes the topic, creates it again, and writes to that one as `write` does, with `new-` before the values. */
  recreate(count: number): Promise<void>
}

export const partitionCount = 3
/** Rebalances are found out by heartbeats: often, so that tests do not wait. */
const brisk = { groupProtocol: 'classic', heartbeatIntervalMs: 100, autoOffsetReset: 'earliest' } as const

const id = ({ topic, partition, offset }: { topic: string; partition: number; offset: number }) =>
  `${topic}-${partition}@${offset}`

async function take(consumer: Consumer, count: number): Promise<ConsumerRecord[]> {
  const records: ConsumerRecord[] = []
  for await (const record of consumer) if (records.push(record) === count) break
  return records
}

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let left = 600; !condition(); left--) {
    if (left === 0) throw new Error(`waited in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

const inOneRun = (consumer: Consumer, seen: Set<string>, count: number) =>
  consumer.run({
    eachRecord: (record) => {
      seen.add(id(record))
      if (seen.size === count) void consumer.close()
    },
  })

export const scenarios: readonly Scenario[] = [
  {
    name: 'a group goes on where it has stopped',
    async run({ client, topic, write }) {
      await write(30)
      const first = client.consumer({ ...brisk, groupId: topic, topics: topic })
      const seen = new Set<string>()
      await inOneRun(first, seen, 30)
      await first.close()
      await write(5)
      await using second = client.consumer({ ...brisk, groupId: topic, topics: topic })
      const more = await take(second, 5)
      assert.ok(more.every((record) => !seen.has(id(record))))
    },
  },
  {
    name: 'a loop that is left has not processed its last record',
    async run({ client, topic, write }) {
      await write(9)
      const first = client.consumer({ ...brisk, groupId: topic, topics: topic })
      const records = await take(first, 4)
      await first.close()
      await using second = client.consumer({ ...brisk, groupId: topic, topics: topic })
      const rest = await take(second, 6)
      assert.deepEqual(new Set([...records.slice(0, 3), ...rest].map(id)).size, 9)
      assert.ok(rest.some((record) => id(record) === id(records[3]!)))
    },
  },
  {
    name: 'a loop that fails has its record again by a seek to it',
    async run({ client, topic, write }) {
      await write(9)
      await using consumer = client.consumer({ ...brisk, groupId: topic, topics: topic })
      const seen: string[] = []
      let failed: ConsumerRecord | undefined
      for (let tries = 0; new Set(seen).size < 9; tries++) {
        assert.ok(tries < 3, 'each record comes')
        try {
          for await (const record of consumer) {
            failed = record
            seen.push(id(record))
            if (seen.length === 4) throw new Error('boom')
            if (new Set(seen).size === 9) break
          }
        } catch {
          consumer.seek(failed!)
        }
      }
      assert.equal(seen.length, 10)
      assert.equal(seen.filter((each) => each === seen[3]).length, 2)
    },
  },
  {
    name: 'two members share the partitions, and one takes all when the other leaves',
    async run({ client, topic, write }) {
      await write(30)
      const seen = new Set<string>()
      const options = { ...brisk, groupId: topic, topics: topic }
      const a = client.consumer(options)
      const b = client.consumer(options)
      const runs = [a, b].map((each) => each.run({ eachRecord: (record) => void seen.add(id(record)) }))
      await until(() => a.assignment.length > 0 && b.assignment.length > 0, 'both have partitions')
      await until(() => a.assignment.length + b.assignment.length === partitionCount, 'all partitions have owners')
      await write(30)
      await until(() => seen.size === 60, 'all records')
      await b.close()
      await until(() => a.assignment.length === partitionCount, 'one has all partitions')
      await write(10)
      await until(() => seen.size === 70, 'the last records')
      await a.close()
      await Promise.all(runs)
    },
  },
  {
    name: 'eager members give up everything before a rebalance',
    async run({ client, topic, write }) {
      await write(10)
      const events: string[] = []
      const options = { ...brisk, groupId: topic, topics: topic, assignors: [rangeAssignor] }
      const note = (event: string) => (partitions: readonly unknown[]) => events.push(`${event} ${partitions.length}`)
      await using a = client.consumer({
        ...options,
        onPartitionsAssigned: note('assigned'),
        onPartitionsRevoked: note('revoked'),
      })
      await until(() => a.assignment.length === partitionCount, 'the first has all')
      await using b = client.consumer(options)
      await until(() => b.assignment.length > 0 && a.assignment.length > 0, 'both have partitions')
      assert.deepEqual(events.slice(0, 2), ['assigned 3', 'revoked 3'])
    },
  },
  {
    name: 'the broker assigns where it has the new protocol, and classic members do elsewhere',
    async run({ client, topic, write }) {
      await write(20)
      const seen = new Set<string>()
      await using consumer = client.consumer({ groupId: topic, topics: topic, autoOffsetReset: 'earliest' })
      await inOneRun(consumer, seen, 20)
      assert.equal(seen.size, 20)
    },
  },
  {
    name: 'offsets are committed with metadata, and read again',
    async run({ client, topic, write }) {
      await write(10)
      await using consumer = client.consumer({ ...brisk, groupId: topic, topics: topic, autoCommit: false })
      const [record] = await take(consumer, 1)
      const { partition } = record!
      await consumer.commit([{ topic, partition, offset: 1, metadata: 'one done' }])
      const [stored] = await consumer.committed([{ topic, partition }])
      assert.equal(stored!.committed!.offset, 1)
      assert.equal(stored!.committed!.metadata, 'one done')
      const [, none] = await consumer.committed([
        { topic, partition },
        { topic, partition: (partition + 1) % partitionCount },
      ])
      assert.equal(none!.committed, undefined)
      await consumer.commit(record)
      assert.equal((await consumer.committed([{ topic, partition }]))[0]!.committed!.offset, record!.offset + 1)
    },
  },
  {
    name: 'a record that was committed before the loop was left stays committed when the consumer closes',
    async run({ client, topic, write }) {
      await write(10)
      const options = { ...brisk, groupId: topic, topics: topic }
      const consumer = client.consumer(options)
      const [, record] = await take(consumer, 2)
      await consumer.commit(record)
      await consumer.close()
      await using next = client.consumer(options)
      const { partition, offset } = record!
      const [stored] = await next.committed([{ topic, partition }])
      assert.equal(stored!.committed!.offset, offset + 1)
    },
  },
  {
    name: 'assigned partitions are read from an offset, and seeks and pauses are followed',
    async run({ client, topic, write }) {
      await write(60)
      await using consumer = client.consumer({ autoOffsetReset: 'earliest' })
      const [end] = await consumer.endOffsets([{ topic, partition: 0 }])
      assert.ok(end!.offset > 3)
      await consumer.assign([{ topic, partition: 0, offset: 2 }])
      assert.deepEqual(
        (await take(consumer, 2)).map((record) => record.offset),
        [2, 3],
      )
      assert.equal(consumer.position({ topic, partition: 0 }), 4)
      consumer.seek({ topic, partition: 0, offset: 0 })
      assert.deepEqual(
        (await take(consumer, 2)).map((record) => record.offset),
        [0, 1],
      )
      assert.deepEqual(consumer.lag(), [{ topic, partition: 0, lag: end!.offset - 2 }])
      consumer.pause()
      assert.deepEqual(consumer.paused, [{ topic, partition: 0 }])
      const next = take(consumer, 1)
      assert.equal(await Promise.race([next, new Promise((resolve) => setTimeout(resolve, 200, 'nothing'))]), 'nothing')
      consumer.resume()
      assert.deepEqual(
        (await next).map((record) => record.offset),
        [2],
      )
      await consumer.seekToEnd()
      assert.equal(consumer.position({ topic, partition: 0 }), end!.offset)
      await consumer.seekToTime(0)
      assert.equal(consumer.position({ topic, partition: 0 }), 0)
      const [late] = await consumer.offsetsForTime(Date.now() + 3_600_000, [{ topic, partition: 0 }])
      assert.equal(late!.offset, -1)
    },
  },
  {
    name: 'a pattern takes topics in that come later',
    async run({ client, topic, write }) {
      const pattern = new RegExp(`^${topic}-(red|blue)$`)
      await write(1, `${topic}-red`)
      await write(1, `${topic}-green`)
      await using consumer = client.consumer({ ...brisk, groupId: topic, topics: pattern, patternRefreshMs: 200 })
      assert.equal((await take(consumer, 1))[0]!.topic, `${topic}-red`)
      await write(1, `${topic}-blue`)
      assert.equal((await take(consumer, 1))[0]!.topic, `${topic}-blue`)
    },
  },
  {
    name: 'a handler that fails ends the run, and its record comes again',
    async run({ client, topic, write }) {
      await write(12)
      await using consumer = client.consumer({ ...brisk, groupId: topic, topics: topic })
      const seen: string[] = []
      const failing = consumer.run({
        eachRecord: (record) => {
          seen.push(id(record))
          if (seen.length === 4) throw new Error('boom')
        },
      })
      await assert.rejects(failing, (error: OttlaError) => {
        assert.equal(error.name, 'PROCESSING_FAILED')
        assert.match(error.message, /boom/)
        assert.equal(error.topic, topic)
        return true
      })
      const rest = (await take(consumer, 9)).map(id)
      assert.deepEqual(new Set([...seen, ...rest]).size, 12)
      assert.ok(rest.includes(seen[3]!))
    },
  },
  {
    name: 'records that fail are skipped or tried again as the application decides',
    async run({ client, topic, write }) {
      await write(10)
      await using consumer = client.consumer({ ...brisk, groupId: topic, topics: topic })
      const tries = new Map<string, number>()
      let decided = 0
      await consumer.run({
        concurrency: 2,
        eachRecord: (record) => {
          const count = (tries.get(id(record)) ?? 0) + 1
          tries.set(id(record), count)
          if (String(record.value) === 'v3') throw new Error('never')
          if (String(record.value) === 'v4' && count < 3) throw new Error('not yet')
          if (++decided === 9) void consumer.close()
        },
        onError: (_, record) => (String(record.value) === 'v3' ? 'skip' : 'retry'),
      })
      assert.deepEqual([...tries.values()].sort(), [1, 1, 1, 1, 1, 1, 1, 1, 1, 3])
    },
  },
  {
    name: 'records of a key keep their order among many handlers',
    async run({ client, topic, write }) {
      await write(200)
      const consumer = client.consumer({ ...brisk, groupId: topic, topics: topic })
      const byKey = new Map<string, number[]>()
      let count = 0
      let working = 0
      let most = 0
      await consumer.run({
        concurrency: 8,
        orderedBy: 'key',
        eachRecord: async (record) => {
          most = Math.max(most, ++working)
          await new Promise((resolve) => setTimeout(resolve, record.offset % 3))
          working--
          const key = String(record.key)
          byKey.set(key, [...(byKey.get(key) ?? []), record.offset])
          if (++count === 200) void consumer.close()
        },
      })
      for (const offsets of byKey.values())
        assert.deepEqual(
          offsets,
          [...offsets].sort((a, b) => a - b),
        )
      assert.ok(most > 1 && most <= 8, `${most} at a time`)
    },
  },
  {
    name: 'batches hold all records, in a loop and in handlers',
    async run({ client, topic, write }) {
      await write(50)
      await using reading = client.consumer({ autoOffsetReset: 'earliest' })
      await reading.assign([0, 1, 2].map((partition) => ({ topic, partition })))
      const seen = new Set<string>()
      for await (const batch of reading.batches()) {
        assert.equal(batch.count, batch.records.length)
        for (const record of batch) seen.add(id(record))
        if (seen.size === 50) break
      }
      await using handling = client.consumer({ ...brisk, groupId: topic, topics: topic })
      let count = 0
      await handling.run({
        eachBatch: (batch) => {
          count += batch.records.length
          if (count === 50) void handling.close()
        },
      })
      assert.equal(count, 50)
    },
  },
  {
    name: 'without an offset and a rule to reset it, the application is told',
    async run({ client, topic, write }) {
      await write(3)
      await using consumer = client.consumer({ ...brisk, groupId: topic, topics: topic, autoOffsetReset: 'none' })
      await assert.rejects(take(consumer, 1), { name: 'OFFSET_OUT_OF_RANGE' })
      for (const each of consumer.assignment) consumer.seek({ ...each, offset: 0 })
      assert.equal((await take(consumer, 3)).length, 3)
    },
  },
  {
    name: 'an offset behind the end is reset, and one by time finds its record',
    async run({ client, topic, write }) {
      await write(9)
      await using consumer = client.consumer({ autoOffsetReset: { since: 0 } })
      await consumer.assign([{ topic, partition: 0, offset: 999_999 }])
      assert.equal((await take(consumer, 1))[0]!.offset, 0)
    },
  },
  ...(['classic', 'auto'] as const).map(
    (groupProtocol): Scenario => ({
      name: `a topic that is created again while a member (${groupProtocol}) is paused is read from its beginning`,
      async run({ client, topic, write, recreate }) {
        await write(30)
        const options = { ...brisk, groupProtocol, groupId: topic, topics: topic, autoCommitIntervalMs: 100 }
        await using consumer = client.consumer(options)
        await take(consumer, 31 - partitionCount)
        consumer.pause()
        await recreate(60)
        // Some are paused still; those that the group has taken away and given again are not.
        await until(() => consumer.assignment.length === partitionCount, 'all partitions are there')
        consumer.resume()
        const values = new Set<string>()
        for await (const record of consumer) {
          const value = String(record.value)
          if (value.startsWith('new-') && values.add(value).size === 60) break
        }
        await consumer.commit()
        for (const { committed } of await consumer.committed()) assert.ok(committed!.offset <= 60)
      },
    }),
  ),
  {
    name: 'what was read of a topic is not committed for another one that has its name',
    async run({ client, topic, write, recreate }) {
      await write(30)
      await using consumer = client.consumer({ ...brisk, groupId: topic, topics: topic, autoCommit: false })
      const [record] = await take(consumer, 1)
      await recreate(60)
      await assert.rejects(consumer.commit(record), { name: 'UNKNOWN_TOPIC_ID', topic, message: /was deleted/ })
      const partitions = [0, 1, 2].map((partition) => ({ topic, partition }))
      for (const { committed } of await consumer.committed(partitions)) assert.equal(committed, undefined)
    },
  },
  {
    name: 'a topic that is created again is not read without a rule to reset the offset',
    async run({ client, topic, write, recreate }) {
      await write(30)
      await using consumer = client.consumer({ autoOffsetReset: 'none' })
      await consumer.assign([{ topic, partition: 0, offset: 0 }])
      await take(consumer, 2)
      consumer.pause()
      await recreate(60)
      consumer.resume()
      const message = /deleted and created again since offset 2 .*seek to where/
      await assert.rejects(take(consumer, 1), { name: 'OFFSET_OUT_OF_RANGE', topic, message })
      consumer.seek({ topic, partition: 0, offset: 1 })
      assert.match(String((await take(consumer, 1))[0]!.value), /^new-/)
    },
  },
  {
    name: 'a handler is told when its partition is taken away',
    async run({ client, topic, write }) {
      await write(30)
      const told: string[] = []
      const options = { ...brisk, groupId: topic, topics: topic }
      const slow = client.consumer(options)
      const running = slow.run({
        concurrency: partitionCount,
        eachRecord: (record, { signal }) =>
          new Promise<void>((_, reject) => {
            signal.addEventListener('abort', () => {
              told.push(id(record))
              reject(signal.reason)
            })
          }),
      })
      await until(() => slow.assignment.length === partitionCount, 'the first has all')
      await using other = client.consumer(options)
      const seen = new Set<string>()
      const rest = other.run({ eachRecord: (record) => void seen.add(id(record)) })
      await until(() => told.length > 0 && other.assignment.length > 0, 'a partition moves')
      await slow.close()
      await running
      await until(() => seen.size === 30, 'the other reads what was not processed')
      await other.close()
      await rest
    },
  },
  {
    name: 'a static member comes back without a rebalance',
    async run({ client, topic, write }) {
      await write(10)
      const options = { ...brisk, groupId: topic, topics: topic, groupInstanceId: 'one' }
      const first = client.consumer(options)
      await take(first, 1)
      const generation = first.member!.epoch
      await first.close()
      await using second = client.consumer(options)
      await take(second, 1)
      assert.equal(second.member!.epoch, generation)
      assert.equal(second.member!.groupInstanceId, 'one')
    },
  },
  {
    name: 'two consumers with one instance id: the later one stays, the other is told',
    async run({ client, topic, write }) {
      await write(10)
      const options = { ...brisk, groupId: topic, topics: topic, groupInstanceId: 'one' }
      await using first = client.consumer(options)
      await take(first, 1)
      await using second = client.consumer(options)
      await until(() => second.assignment.length === partitionCount, 'the second has all')
      const fenced = { name: 'FENCED_INSTANCE_ID' }
      await assert.rejects(first.run({ eachRecord() {} }), fenced)
      await assert.rejects(take(first, 1), fenced)
    },
  },
  {
    name: 'values go through deserializers, and what they cannot read is named',
    async run({ client, topic, write }) {
      await write(3)
      await using consumer = client.consumer({
        ...brisk,
        groupId: topic,
        topics: topic,
        valueDeserializer: (bytes) => {
          if (String(bytes) === 'v2') throw new Error('not two')
          return Number(String(bytes).slice(1))
        },
      })
      const values: number[] = []
      await assert.rejects(
        async () => {
          for await (const { value } of consumer) values.push(value)
        },
        (error: OttlaError) => error instanceof OttlaError && /not two.*seek past/s.test(error.message),
      )
      assert.ok(values.every((value) => value === 0 || value === 1))
    },
  },
]
