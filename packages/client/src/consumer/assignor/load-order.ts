/**
 * Members in buckets by the number of partitions that they have, so that the least loaded is found at once:
 *
 *     load      0      1        2
 *     members  { }  { c, a }  { b }
 *                      ^ least
 */
export class LoadOrder<M extends LoadedMember> {
  readonly #buckets: Set<M>[] = []
  #least = 0
  #size = 0

  get size(): number {
    return this.#size
  }

  add(member: M): void {
    const load = member.partitions.size
    while (this.#buckets.length <= load) this.#buckets.push(new Set())
    this.#buckets[load]!.add(member)
    this.#size++
    if (load < this.#least) this.#least = load
  }

  /** Before its load changes. */
  remove(member: M): void {
    if (this.#buckets[member.partitions.size]!.delete(member)) this.#size--
  }

  least(): M {
    while (this.#buckets[this.#least]?.size === 0) this.#least++
    return this.#buckets[this.#least]!.values().next().value!
  }
}

export interface LoadedMember {
  readonly partitions: { readonly size: number }
}
