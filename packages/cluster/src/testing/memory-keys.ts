import type { KeyValueStore } from '@ottla/storage'

/** Keys that are durable at once, and gone with the test. */
export class MemoryKeys implements KeyValueStore {
  readonly entries = new Map<string, string>()
  commits = 0
  /** What the next commits fail with. */
  failure: Error | undefined

  async commit(changes: ReadonlyMap<string, string | undefined>): Promise<void> {
    this.commits++
    await new Promise((resolve) => setImmediate(resolve))
    if (this.failure !== undefined) throw this.failure
    for (const [key, value] of changes) {
      if (value === undefined) this.entries.delete(key)
      else this.entries.set(key, value)
    }
  }
}
