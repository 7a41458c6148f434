import { compressSync, uncompressSync } from 'snappy'
import { asBuffer, type Compression, tooLarge } from './compression.ts'

/*
 * Snappy as Java frames it (xerial's SnappyOutputStream), which is what Kafka's clients write and expect:
 *
 *     82 S N A P P Y 00 | int32 version | int32 compatible version | (int32 size | snappy block)…
 *
 * Some clients send one bare block; it is read too, as Kafka does.
 */
const magic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00])
const header = Buffer.concat([magic, Buffer.from([0, 0, 0, 1, 0, 0, 0, 1])])
const blockBytes = 32 * 1024
/** Snappy's best case is 64 bytes for 3. */
const maxRatio = 22

export const snappy: Compression = {
  type: 'snappy',
  compress(data) {
    const pieces: Buffer[] = [header]
    for (let at = 0; at < data.length; at += blockBytes) {
      const block = compressSync(data.subarray(at, at + blockBytes))
      const size = Buffer.allocUnsafe(4)
      size.writeInt32BE(block.length)
      pieces.push(size, block)
    }
    return Buffer.concat(pieces)
  },
  decompress(bytes, maxBytes) {
    const data = asBuffer(bytes)
    if (!data.subarray(0, magic.length).equals(magic)) return decompressBlock(data, maxBytes, maxBytes)
    const blocks: Buffer[] = []
    let left = maxBytes
    for (let at = header.length; at < data.length; ) {
      const size = data.readInt32BE(at)
      if (size < 0 || size > data.length - at - 4) throw new RangeError(`a block of ${size} bytes at byte ${at}`)
      const block = decompressBlock(data.subarray(at + 4, at + 4 + size), left, maxBytes)
      blocks.push(block)
      left -= block.length
      at += 4 + size
    }
    return Buffer.concat(blocks)
  },
}

function decompressBlock(block: Buffer, left: number, maxBytes: number): Buffer {
  // The library allocates what the block claims to hold, so the claim is read first.
  const claim = claimedBytes(block)
  if (claim > left) throw tooLarge('snappy', maxBytes)
  if (claim > block.length * maxRatio) throw new RangeError(`${block.length} bytes that claim to hold ${claim}`)
  return uncompressSync(block, { asBuffer: true }) as Buffer
}

/** The varint that a block begins with. */
function claimedBytes(block: Buffer): number {
  let bytes = 0
  for (let at = 0, scale = 1; at < 5; at++, scale *= 128) {
    const byte = block.readUInt8(at)
    bytes += (byte & 0x7f) * scale
    if (byte < 0x80) break
  }
  return bytes
}
