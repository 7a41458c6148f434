import { copyBytes, repeatBytes } from './copy-bytes.ts'
import { MatchFinder } from './match-finder.ts'

/*
 * An LZ4 block in JavaScript, for platforms that have no prebuilt library. It is a row of sequences:
 *
 *     token | [literal length - 15, in bytes that add up, the last below 255] | literals | uint16 offset | [match length - 19]
 *
 * The token has the literals' length in its high and the match's length - 4 in its low half. The last sequence ends after
 * its literals. Each sequence is at least one byte of the block, so that both loops end whatever the bytes are.
 */
/** The format's rule: the last 5 bytes are literals, and no match starts in the last 12. */
const atTheEnd = { noStart: 12, noPart: 5 }
const finder = new MatchFinder()

/** The most that a block of so many bytes is packed to. */
export const packedLz4Bytes = (bytes: number): number => bytes + Math.ceil(bytes / 255) + 16

/** Packs the block of at most 64 KiB between `begin` and `end` into `out` from `outAt` on, and returns where it ends. */
export function packLz4Block(
  data: Uint8Array,
  block: { readonly begin: number; readonly end: number },
  out: Uint8Array,
  outAt: number,
): number {
  finder.begin(data, { ...block, ...atTheEnd })
  let at = outAt
  let after = block.begin
  while (finder.next()) {
    at = packSequence(data, { from: after, to: finder.at }, finder.length - 4, out, at)
    out[at++] = finder.offset
    out[at++] = finder.offset >>> 8
    if (finder.length - 4 >= 15) at = packLength(finder.length - 19, out, at)
    after = finder.after
  }
  return packSequence(data, { from: after, to: block.end }, 0, out, at)
}

/** The token and the literals; `match` is the match's length - 4. */
function packSequence(
  data: Uint8Array,
  { from, to }: { from: number; to: number },
  match: number,
  out: Uint8Array,
  outAt: number,
): number {
  let at = outAt
  const literals = to - from
  out[at++] = (Math.min(15, literals) << 4) | Math.min(15, match)
  if (literals >= 15) at = packLength(literals - 15, out, at)
  copyBytes(data, from, literals, out, at)
  return at + literals
}

function packLength(length: number, out: Uint8Array, outAt: number): number {
  let at = outAt
  let left = length
  for (; left >= 255; left -= 255) out[at++] = 255
  out[at++] = left
  return at
}

/** Where a block may write, and how far back it may look. */
export interface Lz4Room {
  readonly content: Uint8Array
  /** Its matches may begin here: with the block, or with the frame whose blocks are linked. */
  readonly from: number
  readonly begin: number
  readonly end: number
}

/** Unpacks a block to `room` and returns where it ends. Throws RangeError for what is no block or has no room. */
export function unpackLz4Block(block: Uint8Array, room: Lz4Room): number {
  const { content, from, end } = room
  let written = room.begin
  let at = 0
  while (at < block.length) {
    const token = block[at++]!
    let literals = token >>> 4
    if (literals === 15) {
      let more = 255
      while (more === 255) {
        more = byteOf(block, at++)
        literals += more
      }
    }
    if (literals > block.length - at) throw new RangeError(`${literals} literals at byte ${at}`)
    if (literals > end - written) throw noRoom(room)
    copyBytes(block, at, literals, content, written)
    at += literals
    written += literals
    if (at === block.length) return written
    const offset = byteOf(block, at) | (byteOf(block, at + 1) << 8)
    at += 2
    let bytes = (token & 15) + 4
    if (bytes === 19) {
      let more = 255
      while (more === 255) {
        more = byteOf(block, at++)
        bytes += more
      }
    }
    if (offset === 0 || offset > written - from) throw new RangeError(`a match ${offset} bytes before byte ${written}`)
    if (bytes > end - written) throw noRoom(room)
    repeatBytes(content, written, offset, bytes)
    written += bytes
  }
  throw new RangeError('a block that ends without literals')
}

function byteOf(block: Uint8Array, at: number): number {
  const byte = block[at]
  if (byte === undefined) throw new RangeError('a block that is cut off')
  return byte
}

const noRoom = ({ begin, end }: Lz4Room) => new RangeError(`a block of more than ${end - begin} bytes`)
