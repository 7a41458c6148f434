/**
 * Serializers may take time. Records of one topic go on in the order of their `send` all the same: who comes while one
 * of the topic is being serialized stands behind it.
 *
 *     topic a   [ serializing ] [ done, waits ] [ serializing ]      topic b   (nobody)
 */
export class SerializingLines {
  readonly #ends = new Map<string, Promise<unknown>>()

  get isEmpty(): boolean {
    return this.#ends.size === 0
  }

  /** Calls `add` when the records are serialized and those before them are through. Fails as either of the two does. */
  wait<T>(topics: ReadonlySet<string>, serialized: T | Promise<T>, add: (records: T) => void): Promise<void> {
    const before = [...topics].map((topic) => this.#ends.get(topic))
    const added = Promise.all([serialized, ...before]).then(([records]) => add(records))
    // One that fails early must not let those behind it pass those before it. The ends never fail.
    const end: Promise<unknown> = Promise.allSettled([added, ...before]).then(() => {
      for (const topic of topics) if (this.#ends.get(topic) === end) this.#ends.delete(topic)
    })
    for (const topic of topics) this.#ends.set(topic, end)
    return added
  }

  /** Settles when everybody who waits now is through. */
  async through(): Promise<void> {
    await Promise.all(this.#ends.values())
  }
}
