const tableBits = 14

/**
 * Finds repetitions for the LZ77 codecs: the next place at or after the last match where four bytes stand that stood in
 * the same block before. A table holds, for each hash of four bytes, where they were last seen, relative to the block:
 *
 *     … f l i g h t … … … f l i g h t …        offset: how far back the earlier place is
 *       ▲ earlier         ▲ at    length       a match may overlap itself: offset < length repeats a pattern
 *
 * Where nothing matches the steps grow, so that what does not pack costs little.
 */
export class MatchFinder {
  /** Of the match that was found. */
  at = 0
  offset = 0
  length = 0

  /** Blocks are at most 64 KiB, so that a place fits 16 bits. */
  readonly #table = new Uint16Array(1 << tableBits)
  #view: DataView = new DataView(new ArrayBuffer(0))
  #begin = 0
  #lastStart = 0
  #end = 0

  /** A block of `data`, from `begin` to `end`. Its last bytes, of whom no match starts or is part, are the codec's rule. */
  begin(data: Uint8Array, block: { begin: number; end: number; noStart: number; noPart: number }): void {
    this.#table.fill(0)
    this.#view = new DataView(data.buffer, data.byteOffset, data.length)
    this.#begin = block.begin
    this.#lastStart = block.end - Math.max(4, block.noStart)
    this.#end = block.end - block.noPart
    this.at = block.begin
    this.length = 0
  }

  /** Where the last match ended: what comes before the next one is to be written as it is. */
  get after(): number {
    return this.at + this.length
  }

  next(): boolean {
    const table = this.#table
    const view = this.#view
    const begin = this.#begin
    const from = this.after
    for (let at = from; at <= this.#lastStart; at += 1 + ((at - from) >>> 5)) {
      const word = view.getUint32(at, true)
      const slot = Math.imul(word, 0x9e3779b1) >>> (32 - tableBits)
      const earlier = begin + table[slot]!
      table[slot] = at - begin
      if (earlier < at && view.getUint32(earlier, true) === word) {
        this.at = at
        this.offset = at - earlier
        this.length = this.#lengthOf(earlier, at)
        return true
      }
    }
    return false
  }

  #lengthOf(earlier: number, at: number): number {
    const view = this.#view
    let length = 4
    while (at + length < this.#end && view.getUint8(earlier + length) === view.getUint8(at + length)) length++
    return length
  }
}
