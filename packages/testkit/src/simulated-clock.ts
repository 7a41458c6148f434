interface Event {
  readonly at: number
  readonly order: number
  fire: (() => void) | undefined
}

/** Time that passes only when it is told to: from one event to the next. */
export class SimulatedClock {
  #now: number
  #order = 0
  // A heap: the parent of the event at i is at (i - 1) / 2, and never later.
  readonly #heap: Event[] = []

  constructor(startMs: number) {
    this.#now = startMs
  }

  get now(): number {
    return this.#now
  }

  /** Events of one moment happen in the order in which they were set. */
  schedule(delayMs: number, fire: () => void): { cancel(): void } {
    const event: Event = { at: this.#now + Math.max(0, delayMs), order: this.#order++, fire }
    this.#push(event)
    return {
      cancel() {
        event.fire = undefined
      },
    }
  }

  /** Lets the next event happen. False: there is none. */
  step(): boolean {
    for (;;) {
      const event = this.#pop()
      if (event === undefined) return false
      if (event.fire === undefined) continue
      this.#now = event.at
      event.fire()
      return true
    }
  }

  #push(event: Event): void {
    const heap = this.#heap
    let index = heap.length
    heap.push(event)
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!isEarlier(event, heap[parent]!)) break
      heap[index] = heap[parent]!
      index = parent
    }
    heap[index] = event
  }

  #pop(): Event | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (first === undefined || last === undefined || first === last) return first
    let index = 0
    for (;;) {
      let child = 2 * index + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isEarlier(heap[child + 1]!, heap[child]!)) child++
      if (!isEarlier(heap[child]!, last)) break
      heap[index] = heap[child]!
      index = child
    }
    heap[index] = last
    return first
  }
}

const isEarlier = (a: Event, b: Event) => a.at < b.at || (a.at === b.at && a.order < b.order)
