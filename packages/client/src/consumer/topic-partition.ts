/** A partition of a topic, by name. */
export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/** A partition, and where in it to begin, if that is given. */
export interface AssignablePartition extends TopicPartition {
  readonly offset?: number
}

/** Partitions by topic, the shape in which Kafka's messages carry them. */
export type TopicPartitions = ReadonlyMap<string, readonly number[]>

export const noPartitions: TopicPartitions = new Map()

/** One text per partition, for maps and sets. No topic name has a space, so that two partitions never share one. */
export const partitionKey = (topic: string, partition: number): string => `${topic} ${partition}`

export function byTopic(partitions: Iterable<TopicPartition>): Map<string, number[]> {
  const grouped = new Map<string, number[]>()
  for (const { topic, partition } of partitions) {
    const known = grouped.get(topic)
    if (known === undefined) grouped.set(topic, [partition])
    else known.push(partition)
  }
  return grouped
}

export function flattened(partitions: TopicPartitions): TopicPartition[] {
  const flat: TopicPartition[] = []
  for (const [topic, indexes] of partitions) for (const partition of indexes) flat.push({ topic, partition })
  return flat
}

/** What is in `from` and not in `others`. */
export function without<P extends TopicPartition>(from: readonly P[], others: readonly TopicPartition[]): P[] {
  const known = new Set(others.map((other) => partitionKey(other.topic, other.partition)))
  return from.filter(({ topic, partition }) => !known.has(partitionKey(topic, partition)))
}
