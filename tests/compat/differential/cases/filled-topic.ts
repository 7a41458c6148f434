import { produceRequest } from '@ottla/protocol'
import type { Side, Topic } from '../side.ts'
import { batchOf } from './batches.ts'

/** Three batches in partition 0: offsets 0 to 2, 3 and 4, and 5; their times rise by a second each. Partition 1 is empty. */
export async function fill(side: Side, suffix: string, configs: Readonly<Record<string, string>> = {}): Promise<Topic> {
  const topic = await side.topic(suffix, 2, configs)
  const values = [['one', 'two', 'three'], ['four', null], ['six']]
  for (const [at, batch] of values.entries()) {
    const records = batchOf(side.recordMs + at * 1000, batch)
    const { responses } = await side.tell(produceRequest, 9, {
      acks: -1,
      timeoutMs: 10_000,
      topicData: [{ name: topic.name, partitionData: [{ index: 0, records }] }],
    })
    const { errorCode } = responses[0].partitionResponses[0]
    if (errorCode !== 0) throw new Error(`filling ${topic.name}: error ${errorCode}`)
  }
  return topic
}
