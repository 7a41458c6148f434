import type { Cluster } from '../../connection/cluster.ts'
import { OttlaError } from '../../ottla-error.ts'
import type { Assignment } from '../progress/assignment.ts'
import { partitionKey } from '../topic-partition.ts'

/** A topic may be on its way, or be created anew; for so long nobody is troubled. */
const patienceMs = 30_000

/**
 * Partitions that are assigned and not in the cluster: the topic was deleted, or never was. They are looked for all the
 * time, but whoever waits for their records is told, again and again while it stays so.
 */
export class AbsentPartitions {
  readonly #cluster: Cluster
  readonly #assignment: Assignment
  readonly #failed: (error: OttlaError) => void
  #sinceMs = new Map<string, number>()

  constructor(cluster: Cluster, assignment: Assignment, failed: (error: OttlaError) => void) {
    this.#cluster = cluster
    this.#assignment = assignment
    this.#failed = failed
  }

  /** To be called with each new image of the cluster. */
  look(): void {
    const { image, runtime } = this.#cluster
    const nowMs = runtime.monotonic()
    const absent = new Map<string, number>()
    for (const { topic, partition } of this.#assignment.all()) {
      const known = image.topics.get(topic)
      // Not asked about yet: that says nothing.
      if (known === undefined && !image.topicErrors.has(topic)) continue
      if (known?.partitions[partition] !== undefined) continue
      const key = partitionKey(topic, partition)
      const sinceMs = this.#sinceMs.get(key) ?? nowMs
      const isLong = nowMs - sinceMs >= patienceMs
      absent.set(key, isLong ? nowMs : sinceMs)
      const name = image.topicErrors.get(topic) ?? 'UNKNOWN_TOPIC_OR_PARTITION'
      if (isLong) this.#failed(new OttlaError(name, { topic, partition }))
    }
    this.#sinceMs = absent
  }
}
