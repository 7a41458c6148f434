import type { Cluster } from '../../connection/cluster.ts'
import type { TopicPartition } from '../topic-partition.ts'

/** Partitions by topic id, as brokers that assign write them. */
export type PartitionsById = readonly { readonly topicId: string; readonly partitions: readonly number[] }[]

/**
 * The same by name, for topics that the metadata knows. `isComplete`: it knows them all; else a later look, after the
 * metadata has changed, may find the others.
 */
export function byName(cluster: Cluster, assigned: PartitionsById, subscribed: readonly string[]) {
  const names = new Map<string, string>()
  for (const name of subscribed) {
    const topic = cluster.knownTopic(name)
    if (topic !== undefined) names.set(topic.id, name)
  }
  const partitions: TopicPartition[] = []
  let isComplete = true
  for (const { topicId, partitions: indexes } of assigned) {
    const topic = names.get(topicId)
    if (topic === undefined) isComplete = false
    else for (const partition of indexes) partitions.push({ topic, partition })
  }
  return { partitions, isComplete }
}

/** Owned partitions for the broker. A topic that was deleted has no id any more, and need not be told of. */
export function byId(cluster: Cluster, owned: readonly TopicPartition[]) {
  const ids = new Map<string, { topicId: string; partitions: number[] }>()
  for (const { topic, partition } of owned) {
    const topicId = cluster.knownTopic(topic)?.id
    if (topicId === undefined) continue
    if (!ids.has(topicId)) ids.set(topicId, { topicId, partitions: [] })
    ids.get(topicId)!.partitions.push(partition)
  }
  for (const each of ids.values()) each.partitions.sort((a, b) => a - b)
  return [...ids.values()].sort((a, b) => (a.topicId < b.topicId ? -1 : 1))
}
