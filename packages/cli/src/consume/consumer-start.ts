import type { AutoOffsetReset, Consumer, ConsumerOptions, TopicPartition } from '@ottla/client'
import type { Place } from '../arguments/argument-values.ts'
import type { ConsumeArguments } from '../arguments/consume-arguments.ts'
import { findOffsets, findPlaces, partitionKey } from '../partitions/partition-place.ts'
import type { Session } from '../session/session.ts'
import { describeTopicsOrFail } from '../topic/missing-topic.ts'
import type { EndWatch } from './end-watch.ts'
import { chosenPartitions, patternsOf } from './topic-partitions.ts'

/** Where partitions end is looked up only for those who stop there. */
export interface StartOptions {
  readonly names: readonly string[]
  readonly options: ConsumeArguments
  readonly endWatch: EndWatch | undefined
}

/** A consumer that reads what was asked for, without a group: of the partitions that there are now. */
export async function assignedConsumer(
  session: Session,
  { names, options, endWatch }: StartOptions,
): Promise<Consumer> {
  const { client, admin, runtime } = session
  const { from: place, isolation } = options
  const partitions = await chosenPartitions(admin, names, options)
  const places = await findPlaces(admin, partitions, { place, nowMs: runtime.now(), isolation })
  endWatch?.add(places.map(({ topic, partition, end: offset }) => ({ topic, partition, offset })))
  const consumer = client.consumer({ isolationLevel: isolation, autoOffsetReset: 'earliest' })
  await consumer.assign(places.map(({ topic, partition, offset }) => ({ topic, partition, offset })))
  return consumer
}

/** The same as a member of a group. Topics that match a pattern may come later; those with a name must be there. */
export async function groupConsumer(session: Session, start: StartOptions): Promise<Consumer> {
  const { names, options, endWatch } = start
  const { client, admin } = session
  if (options.pattern !== true) await describeTopicsOrFail(admin, names)
  const consumer: Consumer = client.consumer({
    groupId: options.group!,
    isolationLevel: options.isolation,
    autoOffsetReset: resetOf(options.from),
    onPartitionsAssigned: (partitions) => onAssigned(partitions, { session, consumer, start }),
    onPartitionsRevoked: (partitions) => endWatch?.remove(partitions),
    onPartitionsLost: (partitions) => endWatch?.remove(partitions),
  } satisfies ConsumerOptions)
  consumer.subscribe(options.pattern === true ? patternsOf(names) : names)
  return consumer
}

/** An offset is sought when partitions come; should it not be in the log, the first that is takes its place. */
function resetOf(place: Place): AutoOffsetReset {
  if (place === 'end') return 'latest'
  if (place === 'beginning' || 'offset' in place) return 'earliest'
  return 'timeMs' in place ? { since: place.timeMs } : place
}

async function onAssigned(
  partitions: readonly TopicPartition[],
  { session, consumer, start }: { session: Session; consumer: Consumer; start: StartOptions },
): Promise<void> {
  const { options, endWatch } = start
  const { from: place, isolation } = options
  if (typeof place === 'object' && 'offset' in place) {
    const fresh = (await consumer.committed(partitions)).filter(({ committed }) => committed === undefined)
    const places = await findPlaces(session.admin, fresh, { place, nowMs: session.runtime.now(), isolation })
    for (const { topic, partition, offset } of places) consumer.seek({ topic, partition, offset })
  }
  if (endWatch === undefined) return
  const ends = await findOffsets(session.admin, partitions, { at: 'latest', isolation })
  endWatch.add(partitions.map((each) => ({ ...each, offset: ends.get(partitionKey(each))! })))
}
