import { asBuffer, type Compression, tooLarge } from './codec.ts'
import { packSnappyBlock, unpackSnappyBlock } from './snappy-block.ts'

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

/** Snappy: prebuilt where the platform has it, else in JavaScript. */
export async function loadSnappy(prebuilt = () => import('snappy')): Promise<Compression> {
  const library = await prebuilt().catch(() => undefined)
  if (library === undefined) return snappy(packSnappyBlock, unpackSnappyBlock)
  const { compressSync, uncompressSync } = library
  return snappy(compressSync, (block) => uncompressSync(block, { asBuffer: true }) as Buffer)
}

const snappy = (packBlock: (block: Uint8Array) => Buffer, unpackBlock: (block: Buffer) => Buffer): Compression => ({
  type: 'snappy',
  compress: (data) => compress(data, packBlock),
  decompress: (data, maxBytes) => decompress(asBuffer(data), maxBytes, unpackBlock),
})

function compress(data: Uint8Array, packBlock: (block: Uint8Array) => Buffer): Buffer {
  const pieces: Buffer[] = [header]
  for (let at = 0; at < data.length; at += blockBytes) {
    const block = packBlock(data.subarray(at, at + blockBytes))
    const size = Buffer.allocUnsafe(4)
    size.writeInt32BE(block.length)
    pieces.push(size, block)
  }
  return Buffer.concat(pieces)
}

function decompress(data: Buffer, maxBytes: number, unpackBlock: (block: Buffer) => Buffer): Buffer {
  if (!data.subarray(0, magic.length).equals(magic)) return unpackBlock(checked(data, maxBytes))
  let contentBytes = 0
  for (const block of framedBlocks(data)) {
    contentBytes += claimedBytes(checked(block, maxBytes))
    if (contentBytes > maxBytes) throw tooLarge('snappy', maxBytes)
  }
  const content = Buffer.allocUnsafeSlow(contentBytes)
  let at = 0
  for (const block of framedBlocks(data)) at += unpackBlock(block).copy(content, at)
  return content
}

/** The library allocates what a block claims to hold, so the claim is read first. */
function checked(block: Buffer, maxBytes: number): Buffer {
  const claim = claimedBytes(block)
  if (claim > maxBytes) throw tooLarge('snappy', maxBytes)
  if (claim > block.length * maxRatio) throw new RangeError(`${block.length} bytes that claim to hold ${claim}`)
  return block
}

function* framedBlocks(data: Buffer): Generator<Buffer> {
  for (let at = header.length; at < data.length; ) {
    const size = data.readInt32BE(at)
    if (size <= 0 || size > data.length - at - 4) throw new RangeError(`a block of ${size} bytes at byte ${at}`)
    yield data.subarray(at + 4, at + 4 + size)
    at += 4 + size
  }
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
