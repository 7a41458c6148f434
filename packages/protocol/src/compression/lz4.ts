import { asBuffer, type Compression, tooLarge } from './codec.ts'

/*
 * The LZ4 frame format, with checksums of header, blocks and content verified by the library, which knows no limit:
 *
 *     04 22 4d 18 | flags | block size | [int64 size] | [int32 dictionary] | checksum | (uint32 size | block | [checksum])…
 *     | 00 00 00 00 | [checksum]                                                                      all little-endian
 */
const frameMagic = 0x184d2204
const flags = { dictionary: 0x01, contentChecksum: 0x04, contentSize: 0x08, blockChecksums: 0x10 } as const
const storedBlock = 0x8000_0000
/** LZ4's best case: a byte of input stands for 255 of output. */
const maxRatio = 255

export async function loadLz4(): Promise<Compression> {
  const { compressFrameSync, decompressFrameSync } = await import('lz4-napi')
  return {
    type: 'lz4',
    compress: (data) => compressFrameSync(asBuffer(data)),
    decompress(bytes, maxBytes) {
      const data = asBuffer(bytes)
      const { frameBytes, contentBytes, blockBytes } = measureFrame(data)
      // The last block need not be full, so a frame within the limit may look like one block more.
      if (contentBytes > maxBytes + blockBytes) throw tooLarge('lz4', maxBytes)
      const content = decompressFrameSync(data.subarray(0, frameBytes))
      if (content.length > maxBytes) throw tooLarge('lz4', maxBytes)
      return content
    },
  }
}

/** How long the frame is, and how much it can unpack to at most, without unpacking it. */
function measureFrame(data: Buffer): { frameBytes: number; contentBytes: number; blockBytes: number } {
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
