import { packedLz4Bytes, packLz4Block, unpackLz4Block } from './lz4-block.ts'
import { xxhash32 } from './xxhash32.ts'

/*
 * The LZ4 frame format:
 *
 *     04 22 4d 18 | flags | block size | [int64 size] | [int32 dictionary] | checksum | (uint32 size | block | [checksum])…
 *     | 00 00 00 00 | [checksum]                                                                      all little-endian
 */
const frameMagic = 0x184d2204
const flags = {
  dictionary: 0x01,
  reserved: 0x02,
  contentChecksum: 0x04,
  contentSize: 0x08,
  blockChecksums: 0x10,
  independentBlocks: 0x20,
  version: 0xc0,
} as const
const version1 = 0x40
const storedBlock = 0x8000_0000
/** LZ4's best case: a byte of input stands for 255 of output. */
const maxRatio = 255
/** What Kafka's own clients write: blocks of 64 KiB that do not need each other, and no checksum but the header's. */
const packedBlockBytes = 64 * 1024
const packedHeader = headerOf(version1 | flags.independentBlocks, 4 << 4)

export interface Lz4Frame {
  readonly frameBytes: number
  /** What it unpacks to at most. The last block need not be full, so it may be up to a block less. */
  readonly contentBytes: number
  readonly blockBytes: number
}

/** How long the first frame of `data` is, and how much it can unpack to, without unpacking it. */
export function measureLz4Frame(data: Buffer): Lz4Frame {
  if (data.readUInt32LE(0) !== frameMagic) throw new RangeError('not an LZ4 frame')
  const flag = data.readUInt8(4)
  const blockBytes = 1 << (8 + 2 * ((data.readUInt8(5) >>> 4) & 7))
  let at = 7 + (flag & flags.contentSize ? 8 : 0) + (flag & flags.dictionary ? 4 : 0)
  let contentBytes = 0
  for (let size = data.readUInt32LE(at); size !== 0; size = data.readUInt32LE(at)) {
    const stored = size >= storedBlock
    const packedBytes = stored ? size - storedBlock : size
    contentBytes += Math.min(blockBytes, stored ? packedBytes : packedBytes * maxRatio)
    at += 4 + packedBytes + (flag & flags.blockChecksums ? 4 : 0)
  }
  const frameBytes = at + 4 + (flag & flags.contentChecksum ? 4 : 0)
  return { frameBytes, contentBytes, blockBytes }
}

/** Packs `data` as one frame, in JavaScript. */
export function packLz4Frame(data: Uint8Array): Buffer {
  const blocks = Math.ceil(data.length / packedBlockBytes)
  const out = Buffer.allocUnsafe(packedHeader.length + blocks * (4 + packedLz4Bytes(packedBlockBytes)) + 4)
  let at = packedHeader.copy(out)
  for (let begin = 0; begin < data.length; begin += packedBlockBytes) {
    const end = Math.min(data.length, begin + packedBlockBytes)
    const packedBytes = packLz4Block(data, { begin, end }, out, at + 4) - at - 4
    if (packedBytes < end - begin) {
      out.writeUInt32LE(packedBytes, at)
      at += 4 + packedBytes
    } else {
      out.writeUInt32LE(storedBlock + (end - begin), at)
      out.set(data.subarray(begin, end), at + 4)
      at += 4 + (end - begin)
    }
  }
  return Buffer.from(out.subarray(0, out.writeUInt32LE(0, at)))
}

/** Unpacks the frame, in JavaScript, and checks all its checksums. Throws RangeError for what is none. */
export function unpackLz4Frame(frame: Buffer, { frameBytes, contentBytes, blockBytes }: Lz4Frame): Buffer {
  if (frameBytes > frame.length) throw new RangeError('an LZ4 frame is cut off')
  const flag = frame[4]!
  const headerBytes = checkedHeaderBytes(frame)
  const content = Buffer.allocUnsafeSlow(contentBytes)
  const linked = (flag & flags.independentBlocks) === 0
  let written = 0
  let at = headerBytes
  for (let size = frame.readUInt32LE(at); size !== 0; size = frame.readUInt32LE(at)) {
    const packedBytes = size % storedBlock
    if (packedBytes > blockBytes)
      throw new RangeError(`a block of ${packedBytes} bytes, where ${blockBytes} are allowed`)
    const block = frame.subarray(at + 4, at + 4 + packedBytes)
    at += 4 + packedBytes
    if (flag & flags.blockChecksums) {
      checkSum('a block', block, frame.readUInt32LE(at))
      at += 4
    }
    const begin = written
    const room = { content, from: linked ? 0 : begin, begin, end: Math.min(content.length, begin + blockBytes) }
    written = size >= storedBlock ? begin + block.copy(content, begin) : unpackLz4Block(block, room)
  }
  const unpacked = content.subarray(0, written)
  if (flag & flags.contentSize && frame.readBigUInt64LE(6) !== BigInt(written))
    throw new RangeError(`${written} bytes in a frame that claims to hold ${frame.readBigUInt64LE(6)}`)
  if (flag & flags.contentChecksum) checkSum('the content', unpacked, frame.readUInt32LE(at + 4))
  // A block that packs well is given far more room than it needs; what is kept must not keep that.
  return written * 2 < content.length ? Buffer.from(unpacked) : unpacked
}

function checkedHeaderBytes(frame: Buffer): number {
  const [flag, blockSize] = [frame[4]!, frame[5]!]
  if ((flag & flags.version) !== version1 || (flag & flags.reserved) !== 0) throw new RangeError('an unknown LZ4 frame')
  if ((blockSize & 0x8f) !== 0 || blockSize >>> 4 < 4) throw new RangeError('an unknown block size')
  if (flag & flags.dictionary) throw new RangeError('a dictionary that is not here')
  const end = 6 + (flag & flags.contentSize ? 8 : 0)
  if (frame[end] !== headerSum(frame.subarray(4, end))) throw new RangeError("the header's checksum is not right")
  return end + 1
}

function headerOf(flag: number, blockSize: number): Buffer {
  const header = Buffer.from([0, 0, 0, 0, flag, blockSize, 0])
  header.writeUInt32LE(frameMagic)
  header[6] = headerSum(header.subarray(4, 6))
  return header
}

function headerSum(header: Uint8Array): number {
  return (xxhash32(header) >>> 8) & 0xff
}

function checkSum(what: string, bytes: Uint8Array, sum: number): void {
  if (xxhash32(bytes) !== sum) throw new RangeError(`the checksum of ${what} is not right`)
}
