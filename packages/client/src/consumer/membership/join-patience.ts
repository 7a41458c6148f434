const firstMs = 100

/**
 * How long a member waits until its next heartbeat. The broker may work an assignment out after it has answered, or wait
 * for other members to give partitions up: by its interval alone a new member would do nothing for seconds. One that has
 * nothing asks soon again, then less and less often.
 */
export class JoinPatience {
  #nextMs = firstMs

  untilNextMs(intervalMs: number, hasPartitions: boolean): number {
    if (hasPartitions || this.#nextMs >= intervalMs) return intervalMs
    const untilMs = this.#nextMs
    this.#nextMs *= 2
    return untilMs
  }

  /** It joins anew. */
  reset(): void {
    this.#nextMs = firstMs
  }
}
