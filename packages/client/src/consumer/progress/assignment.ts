import { partitionKey, type TopicPartition } from '../topic-partition.ts'
import { AssignedPartition, type Missing } from './assigned-partition.ts'

/** The partitions that this consumer reads now. */
export class Assignment {
  readonly #partitions = new Map<string, AssignedPartition>()

  get size(): number {
    return this.#partitions.size
  }

  get(topic: string, partition: number): AssignedPartition | undefined {
    return this.#partitions.get(partitionKey(topic, partition))
  }

  all(): IterableIterator<AssignedPartition> {
    return this.#partitions.values()
  }

  /** Those of `partitions` that are assigned. */
  of(partitions: readonly TopicPartition[]): AssignedPartition[] {
    return partitions.map(({ topic, partition }) => this.get(topic, partition)).filter((each) => each !== undefined)
  }

  add(partitions: readonly TopicPartition[], missing: Missing): AssignedPartition[] {
    return partitions.map((topicPartition) => {
      const added = new AssignedPartition(topicPartition, missing)
      this.#partitions.set(partitionKey(added.topic, added.partition), added)
      return added
    })
  }

  remove(partitions: readonly AssignedPartition[]): void {
    for (const each of partitions) {
      const key = partitionKey(each.topic, each.partition)
      if (this.#partitions.get(key) === each) this.#partitions.delete(key)
    }
  }
}
