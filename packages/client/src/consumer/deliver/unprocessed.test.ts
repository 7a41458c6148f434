import { deepEqual } from 'node:assert/strict'
import { test } from 'node:test'
import { pack } from '@ottla/protocol'
import { SimulatedRuntime } from '../../testing/simulated-runtime.ts'
import { Consumer } from '../consumer.ts'
import type { ConsumerOptions } from '../consumer-options.ts'
import { FakeConsumerCluster } from '../testing/fake-consumer-cluster.ts'

interface Scene {
  readonly runtime: SimulatedRuntime
  readonly consumer: Consumer
  /** Called once, at offset 3: the partition is paused for a moment, so that what was fetched ahead is dropped. */
  readonly stumble: () => Promise<never>
}

/** A partition of ten records in two batches. */
async function play(options: ConsumerOptions, scene: (scene: Scene) => Promise<void>): Promise<void> {
  const runtime = new SimulatedRuntime()
  const fake = new FakeConsumerCluster(runtime)
  const { log } = fake.createTopic('t').partitions[0]!
  const values = Array.from({ length: 10 }, (_, i) => ({ timestamp: 1, key: null, value: Buffer.from(`${i}`) }))
  log.append(pack(values.slice(0, 6)).bytes)
  log.append(pack(values.slice(6)).bytes)
  await runtime.run(async () => {
    await fake.start()
    const consumer = new Consumer({ bootstrap: fake.bootstrap, runtime }, { autoOffsetReset: 'earliest', ...options })
    const stumble = async () => {
      consumer.pause()
      await runtime.sleep(20)
      consumer.resume()
      throw new Error('stumbled')
    }
    await scene({ runtime, consumer, stumble })
    await consumer.close()
  })
}

const inGroup = { groupId: 'g', topics: 't' }

test('a handler that fails while its partition is paused gets the record again', () =>
  play(inGroup, async ({ consumer, stumble }) => {
    const seen: number[] = []
    const eachRecord = async ({ offset }: { offset: number }) => {
      if (seen.push(offset) === 4) await stumble()
      if (offset === 9) void consumer.close()
    }
    await consumer.run({ eachRecord }).catch(() => {})
    await consumer.run({ eachRecord })
    deepEqual(seen, [0, 1, 2, 3, 3, 4, 5, 6, 7, 8, 9])
  }))

test('the same with batches', () =>
  play(inGroup, async ({ consumer, stumble }) => {
    const seen: number[] = []
    const eachBatch = async ({ firstOffset, lastOffset }: { firstOffset: number; lastOffset: number }) => {
      if (seen.push(firstOffset) === 1) await stumble()
      if (lastOffset === 9) void consumer.close()
    }
    await consumer.run({ eachBatch }).catch(() => {})
    await consumer.run({ eachBatch })
    deepEqual(seen.slice(0, 2), [0, 0])
  }))
