import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeLogDirsRequest, describeLogDirsResponse } from '@ottla/protocol'
import { batchOf } from '../testing/records.ts'
import { TestBroker } from '../testing/test-broker.ts'

test('sizes of partitions are told for one directory; what is not here is left out', async (t) => {
  const broker = await TestBroker.start({ logDir: import.meta.dirname })
  t.after(() => broker.close())
  const [partition] = broker.addTopic('t', 2)
  broker.addTopic('u')
  await partition!.append(batchOf('a'))
  const client = await broker.connect()
  const sizes = async (version: number, topics: { topic: string; partitions: number[] }[] | null) => {
    const answer = await client.ask(describeLogDirsRequest, describeLogDirsResponse, version, { topics })
    assert.deepEqual(
      answer.results.map(({ logDir }) => logDir),
      [import.meta.dirname],
    )
    assert.equal(answer.results[0]!.totalBytes > 0, version >= 4)
    return answer.results[0]!.topics.flatMap(({ name, partitions }) =>
      partitions.map(({ partitionIndex, partitionSize }) => [name, partitionIndex, partitionSize]),
    )
  }
  const size = batchOf('a').length
  for (const version of [1, 2, 3, 4, 5]) {
    assert.deepEqual(await sizes(version, null), [
      ['t', 0, size],
      ['t', 1, 0],
      ['u', 0, 0],
    ])
    const asked = [
      { topic: 't', partitions: [0, 0, 7] },
      { topic: 'nowhere', partitions: [0] },
    ]
    assert.deepEqual(await sizes(version, asked), [['t', 0, size]])
  }
})
