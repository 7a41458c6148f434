import type { Reader, Writer } from '@ottla/protocol'

/**
 * Where each leader epoch of a partition begins (KIP-101): two parallel columns, ascending in both.
 *
 *     epochs  | 0 | 3 | 4  |
 *     starts  | 0 | 9 | 41 |     offset 12 was written in epoch 3, which ends at 41
 *
 * A partition that knows of one epoch only, which most do for ever, allocates nothing.
 */
export class LeaderEpochs {
  #firstEpoch = 0
  #firstStart = 0
  #epochs: number[] | undefined
  #starts: number[] | undefined

  get latest(): number {
    return this.#epochs === undefined ? this.#firstEpoch : this.#epochs[this.#epochs.length - 1]!
  }

  /** A batch of `epoch` begins at `offset`. */
  replay(epoch: number, offset: number): void {
    if (epoch <= this.latest) return
    this.#epochs ??= [this.#firstEpoch]
    this.#starts ??= [this.#firstStart]
    this.#epochs.push(epoch)
    this.#starts.push(offset)
  }

  /** The log begins at `offset` now: epochs that ended before are forgotten. */
  startAt(offset: number): void {
    const index = this.#indexOf(offset)
    if (index > 0) {
      this.#epochs!.splice(0, index)
      this.#starts!.splice(0, index)
    }
    if (this.#epochs !== undefined && this.#starts !== undefined) {
      this.#firstEpoch = this.#epochs[0]!
      this.#firstStart = this.#starts[0]!
    }
    this.#firstStart = Math.max(this.#firstStart, offset)
    if (this.#starts !== undefined) this.#starts[0] = this.#firstStart
  }

  epochOf(offset: number): number {
    return this.#epochs === undefined ? this.#firstEpoch : this.#epochs[this.#indexOf(offset)]!
  }

  /**
   * Where the largest epoch that is not above `epoch` ends (the next one begins); `logEnd` for the latest. Undefined for
   * an epoch that has not been. Of one before the first, Kafka says that it ends where the first begins.
   */
  endOf(epoch: number, logEnd: number): { epoch: number; endOffset: number } | undefined {
    if (epoch > this.latest || epoch < 0) return undefined
    if (epoch === this.latest) return { epoch, endOffset: logEnd }
    const epochs = this.#epochs ?? [this.#firstEpoch]
    const starts = this.#starts ?? [this.#firstStart]
    const next = epochs.findIndex((known) => known > epoch)
    return { epoch: next === 0 ? epoch : epochs[next - 1]!, endOffset: starts[next]! }
  }

  encode(writer: Writer): void {
    const epochs = this.#epochs ?? [this.#firstEpoch]
    const starts = this.#starts ?? [this.#firstStart]
    writer.int32(epochs.length)
    for (let i = 0; i < epochs.length; i++) {
      writer.int32(epochs[i]!)
      writer.int64(starts[i]!)
    }
  }

  decode(reader: Reader): void {
    const count = reader.int32()
    this.#firstEpoch = reader.int32()
    this.#firstStart = reader.int64()
    for (let i = 1; i < count; i++) this.replay(reader.int32(), reader.int64())
  }

  #indexOf(offset: number): number {
    let index = (this.#starts?.length ?? 1) - 1
    while (index > 0 && this.#starts![index]! > offset) index--
    return index
  }
}
