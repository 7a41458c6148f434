/** Chance that repeats itself: the same seed gives the same numbers (xoshiro128**). */
export class Random {
  readonly #state = new Uint32Array(4)

  constructor(seed: number) {
    // splitmix32 fills the state from seeds that lie close together.
    let mixed = seed | 0
    for (let i = 0; i < 4; i++) {
      mixed = (mixed + 0x9e3779b9) | 0
      let word = mixed ^ (mixed >>> 16)
      word = Math.imul(word, 0x21f0aaad)
      word ^= word >>> 15
      word = Math.imul(word, 0x735a2d97)
      this.#state[i] = word ^ (word >>> 15)
    }
  }

  uint32(): number {
    const state = this.#state
    const [a, b, c, d] = state as unknown as [number, number, number, number]
    const scrambled = Math.imul(rotated(Math.imul(b, 5), 7), 9) >>> 0
    state[2] = c ^ a
    state[3] = d ^ b
    state[1] = b ^ state[2]!
    state[0] = a ^ state[3]!
    state[2] = state[2]! ^ (b << 9)
    state[3] = rotated(state[3]!, 11)
    return scrambled
  }

  /** From 0 up to, but without, 1. */
  fraction(): number {
    return this.uint32() / 0x1_0000_0000
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.fraction() * (high - low + 1))
  }

  chance(probability: number): boolean {
    return this.fraction() < probability
  }

  pick<T>(items: readonly T[]): T {
    return items[this.between(0, items.length - 1)]!
  }

  bytes(count: number): Uint8Array {
    const bytes = new Uint8Array(count)
    for (let i = 0; i < count; i++) bytes[i] = this.uint32()
    return bytes
  }
}

const rotated = (word: number, by: number) => (word << by) | (word >>> (32 - by))
