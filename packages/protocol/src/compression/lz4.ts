import { asBuffer, type Compression, tooLarge } from './codec.ts'
import { type Lz4Frame, measureLz4Frame, packLz4Frame, unpackLz4Frame } from './lz4-frame.ts'

/** LZ4 frames: prebuilt where the platform has it, else in JavaScript. */
export async function loadLz4(prebuilt = () => import('lz4-napi')): Promise<Compression> {
  const library = await prebuilt().catch(() => undefined)
  if (library === undefined) return lz4(packLz4Frame, unpackLz4Frame)
  // The library checks the checksums of header, blocks and content, and knows no limit.
  const { compressFrameSync, decompressFrameSync } = library
  return lz4(
    (data) => compressFrameSync(asBuffer(data)),
    (data, { frameBytes }) => decompressFrameSync(data.subarray(0, frameBytes)),
  )
}

const lz4 = (pack: (data: Uint8Array) => Buffer, unpack: (data: Buffer, frame: Lz4Frame) => Buffer): Compression => ({
  type: 'lz4',
  compress: (data) => pack(data),
  decompress(bytes, maxBytes) {
    const data = asBuffer(bytes)
    const frame = measureLz4Frame(data)
    // The last block need not be full, so a frame within the limit may look like one block more.
    if (frame.contentBytes > maxBytes + frame.blockBytes) throw tooLarge('lz4', maxBytes)
    const content = unpack(data, frame)
    if (content.length > maxBytes) throw tooLarge('lz4', maxBytes)
    return content
  },
})
