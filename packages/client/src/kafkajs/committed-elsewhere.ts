import type { TopicOffsets } from './types/offsets.ts'

type Listener = (topics: readonly TopicOffsets[]) => void

/**
 * Offsets that a transaction has committed for a group. The group's consumers of the same `Kafka` need not commit them
 * again, and do not count them as uncommitted.
 */
export class CommittedElsewhere {
  readonly #listeners = new Map<string, Set<Listener>>()

  /** Gives what ends the listening. */
  listen(groupId: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(groupId) ?? new Set()
    this.#listeners.set(groupId, listeners.add(listener))
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0) this.#listeners.delete(groupId)
    }
  }

  tell(groupId: string, topics: readonly TopicOffsets[]): void {
    for (const listener of this.#listeners.get(groupId) ?? []) listener(topics)
  }
}
