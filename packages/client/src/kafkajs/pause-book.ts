interface TopicPauses {
  isWholePaused: boolean
  readonly paused: Set<number>
  /** Exceptions from a topic that is paused as a whole. */
  readonly resumed: Set<number>
}

export interface TopicWithPartitions {
  readonly topic: string
  readonly partitions?: readonly number[] | undefined
}

/** What is paused, whether it is assigned now or not: it stays so over rebalances. */
export class PauseBook {
  readonly #topics = new Map<string, TopicPauses>()

  pause({ topic, partitions }: TopicWithPartitions): void {
    const pauses = this.#of(topic)
    pauses.isWholePaused = partitions === undefined
    if (partitions === undefined) {
      pauses.paused.clear()
      pauses.resumed.clear()
      return
    }
    for (const partition of partitions) {
      pauses.paused.add(partition)
      pauses.resumed.delete(partition)
    }
  }

  resume({ topic, partitions }: TopicWithPartitions): void {
    if (partitions === undefined) {
      this.#topics.delete(topic)
      return
    }
    const pauses = this.#of(topic)
    for (const partition of partitions) {
      pauses.paused.delete(partition)
      if (pauses.isWholePaused) pauses.resumed.add(partition)
    }
  }

  isPaused(topic: string, partition: number): boolean {
    const pauses = this.#topics.get(topic)
    if (pauses === undefined) return false
    return pauses.paused.has(partition) || (pauses.isWholePaused && !pauses.resumed.has(partition))
  }

  #of(topic: string): TopicPauses {
    let pauses = this.#topics.get(topic)
    if (pauses === undefined) {
      pauses = { isWholePaused: false, paused: new Set(), resumed: new Set() }
      this.#topics.set(topic, pauses)
    }
    return pauses
  }
}
