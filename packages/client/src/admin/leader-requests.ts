import type { TopicPartition } from '../consumer/topic-partition.ts'
import { brokerError, OttlaError } from '../ottla-error.ts'
import type { AdminCallOptions, AdminRequests, Outcome } from './admin-requests.ts'
import { askTopics, type TopicDescription } from './topics.ts'

export interface PartitionOffset extends TopicPartition {
  readonly offset: number
}

/** What a leader answered for one partition. */
export interface LeaderAnswer<R> extends TopicPartition {
  readonly errorCode: number
  readonly errorMessage?: string | null
  readonly result: R
}

/** Sends each partition's part of a call to its leader; after errors that may pass, to the leader of then. */
export async function sendToLeaders<T extends TopicPartition, R extends NonNullable<unknown>>(
  requests: AdminRequests,
  call: { what: string; items: readonly T[]; options: AdminCallOptions },
  send: (broker: number, items: T[]) => Promise<LeaderAnswer<R>[]>,
): Promise<R[]> {
  const { what, items, options } = call
  const byKey = new Map(items.map((item) => [keyOf(item), item]))
  const results = await requests.askEach<string, R>({ what, keys: [...byKey.keys()], options }, async (keys) => {
    const pending = keys.map((key) => byKey.get(key)!)
    const topics = new Map(await askTopics(requests, [...new Set(pending.map((item) => item.topic))]))
    const unknown: (readonly [string, OttlaError])[] = []
    const groups = new Map<number, T[]>()
    for (const item of pending) {
      const leader = leaderOf(item, topics.get(item.topic))
      if (leader instanceof OttlaError) unknown.push([keyOf(item), leader])
      else groups.set(leader, [...(groups.get(leader) ?? []), item])
    }
    const outcomes = await Promise.all([...groups].map(([broker, group]) => sendToLeader(broker, group, send)))
    return [...unknown, ...outcomes.flat()]
  })
  return [...results.values()]
}

function leaderOf(
  { topic, partition }: TopicPartition,
  known: Outcome<TopicDescription> | undefined,
): number | OttlaError {
  if (known instanceof OttlaError) return known
  const leader = known?.partitions[partition]?.leader
  if (leader === undefined) return new OttlaError('UNKNOWN_TOPIC_OR_PARTITION', { topic, partition, retriable: false })
  return leader < 0 ? new OttlaError('LEADER_NOT_AVAILABLE', { topic, partition }) : leader
}

async function sendToLeader<T extends TopicPartition, R>(
  broker: number,
  items: T[],
  send: (broker: number, items: T[]) => Promise<LeaderAnswer<R>[]>,
): Promise<(readonly [string, Outcome<R>])[]> {
  try {
    const answers = await send(broker, items)
    return answers.map((answer) => {
      const { topic, partition, errorCode, errorMessage, result } = answer
      return [keyOf(answer), brokerError(errorCode, errorMessage, { topic, partition }) ?? result]
    })
  } catch (error) {
    if (error instanceof OttlaError) return items.map((item) => [keyOf(item), error])
    throw error
  }
}

const keyOf = ({ topic, partition }: TopicPartition) => `${topic} ${partition}`
