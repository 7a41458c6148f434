import { copyBytes, repeatBytes } from './copy-bytes.ts'
import { MatchFinder } from './match-finder.ts'

/*
 * A snappy block in JavaScript, for platforms that have no prebuilt library:
 *
 *     varint size of the content | (tag | …)…
 *
 *     tag      low bits 00   literal: its length - 1 in the 6 high bits, from 60 on in 1 to 4 bytes that follow; the bytes
 *                       01   copy: length 4 to 11 in 3 bits, offset in 3 bits and one byte
 *                       10   copy: length - 1 in 6 bits, offset in 2 bytes
 *                       11   copy: length - 1 in 6 bits, offset in 4 bytes                       all little-endian
 *
 * Each tag is at least one byte of the block and the content's size is known, so both loops end whatever the bytes are.
 */
const maxBlockBytes = 65536
const finder = new MatchFinder()

export function packSnappyBlock(data: Uint8Array): Buffer {
  if (data.length > maxBlockBytes) throw new RangeError(`a snappy block of ${data.length} bytes`)
  const block = new BlockWriter(data)
  finder.begin(data, { begin: 0, end: data.length, noStart: 4, noPart: 0 })
  let after = 0
  while (finder.next()) {
    block.literal(after, finder.at)
    block.copy(finder.offset, finder.length)
    after = finder.after
  }
  block.literal(after, data.length)
  return block.done()
}

class BlockWriter {
  readonly #data: Uint8Array
  readonly #out: Buffer
  #at = 0

  constructor(data: Uint8Array) {
    this.#data = data
    // A literal is 3 bytes longer than what it holds, and a copy shorter than the 4 bytes or more that it stands for.
    this.#out = Buffer.allocUnsafe(16 + data.length + (data.length >>> 1))
    let size = data.length
    for (; size >= 0x80; size >>>= 7) this.#out[this.#at++] = size | 0x80
    this.#out[this.#at++] = size
  }

  literal(from: number, to: number): void {
    const bytes = to - from
    if (bytes === 0) return
    const out = this.#out
    const n = bytes - 1
    if (n < 60) out[this.#at++] = n << 2
    else if (n < 0x100) {
      out[this.#at++] = 60 << 2
      out[this.#at++] = n
    } else {
      out[this.#at++] = 61 << 2
      out[this.#at++] = n
      out[this.#at++] = n >>> 8
    }
    copyBytes(this.#data, from, bytes, out, this.#at)
    this.#at += bytes
  }

  /** A copy holds 64 bytes, and the short form 4 at least: of 65 to 67 bytes the first copy leaves 4 or more. */
  copy(offset: number, length: number): void {
    let left = length
    for (; left >= 68; left -= 64) this.#copyOf(offset, 64)
    if (left > 64) {
      this.#copyOf(offset, 60)
      left -= 60
    }
    this.#copyOf(offset, left)
  }

  #copyOf(offset: number, length: number): void {
    const out = this.#out
    if (length < 12 && offset < 2048) {
      out[this.#at++] = 1 | ((length - 4) << 2) | ((offset >>> 8) << 5)
      out[this.#at++] = offset
    } else {
      out[this.#at++] = 2 | ((length - 1) << 2)
      out[this.#at++] = offset
      out[this.#at++] = offset >>> 8
    }
  }

  done(): Buffer {
    return Buffer.from(this.#out.subarray(0, this.#at))
  }
}

/** Throws RangeError for what is no block. The caller has checked what the block claims to hold. */
export function unpackSnappyBlock(block: Buffer): Buffer {
  let at = 0
  let size = 0
  for (let scale = 1; at < 5; scale *= 128) {
    const byte = block.readUInt8(at++)
    size += (byte & 0x7f) * scale
    if (byte < 0x80) break
  }
  const content = Buffer.allocUnsafeSlow(size)
  let written = 0
  while (at < block.length) {
    const tag = block[at++]!
    let bytes = (tag >>> 2) + 1
    let offset = 0
    switch (tag & 3) {
      case 0:
        if (bytes > 60) {
          const lengthBytes = bytes - 60
          bytes = block.readUIntLE(at, lengthBytes) + 1
          at += lengthBytes
        }
        if (bytes > block.length - at) throw new RangeError(`a literal of ${bytes} bytes at byte ${at}`)
        break
      case 1:
        bytes = ((tag >>> 2) & 7) + 4
        offset = ((tag >>> 5) << 8) | block.readUInt8(at)
        at += 1
        break
      case 2:
        offset = block.readUInt16LE(at)
        at += 2
        break
      default:
        offset = block.readUInt32LE(at)
        at += 4
    }
    if (bytes > size - written) throw new RangeError(`more than the ${size} bytes that the block claims to hold`)
    if ((tag & 3) === 0) {
      copyBytes(block, at, bytes, content, written)
      at += bytes
    } else {
      if (offset === 0 || offset > written) throw new RangeError(`a copy from ${offset} bytes before byte ${written}`)
      repeatBytes(content, written, offset, bytes)
    }
    written += bytes
  }
  if (written !== size) throw new RangeError(`${written} bytes in a block that claims to hold ${size}`)
  return content
}
