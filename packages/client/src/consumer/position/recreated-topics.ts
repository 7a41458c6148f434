import { zeroUuid } from '@ottla/protocol'
import type { Cluster } from '../../connection/cluster.ts'
import type { FetchBuffer } from '../fetch/fetch-buffer.ts'
import type { AssignedPartition } from '../progress/assigned-partition.ts'
import type { Assignment } from '../progress/assignment.ts'

export interface RecreatedTopicsParts {
  readonly cluster: Cluster
  readonly assignment: Assignment
  readonly buffer: FetchBuffer
  readonly hasGroup: boolean
  /** Positions are to be found anew. */
  readonly lost: () => void
}

/**
 * Finds topics that were deleted and created again under assigned partitions. Names and offsets look the same then, and an
 * old position may lie in the middle of the new log; only the topic's id tells. What Kafka's own clients do not look at.
 */
export class RecreatedTopics {
  readonly #parts: RecreatedTopicsParts

  constructor(parts: RecreatedTopicsParts) {
    this.#parts = parts
  }

  /** To be called with each new image of the cluster. */
  look(): void {
    const { cluster, assignment, lost } = this.#parts
    let isAnyLost = false
    for (const partition of assignment.all()) {
      const topicId = cluster.topicId(partition.topic)
      if (topicId === zeroUuid) continue
      if (partition.isRecreatedAs(topicId)) {
        this.#lose(partition, topicId)
        isAnyLost = true
      }
      partition.topicId ??= topicId
    }
    if (isAnyLost) lost()
  }

  /**
   * What the group has committed went with the old topic. Before the first fetch, though, it may be the topic's id that
   * was old, and the committed offset one of the new topic: that is asked for again.
   */
  #lose(partition: AssignedPartition, topicId: string): void {
    const { cluster, buffer, hasGroup } = this.#parts
    const { topic, partition: index, position, topicId: formerTopicId } = partition
    const wasFetched = partition.highWatermark >= 0
    partition.recreated(topicId, hasGroup && !wasFetched ? 'committed' : 'reset')
    buffer.drop(partition)
    const details = { topic, partition: index, position, topicId, formerTopicId }
    cluster.log.write('warn', 'the topic was deleted and created again: the position is found anew', details)
  }
}
