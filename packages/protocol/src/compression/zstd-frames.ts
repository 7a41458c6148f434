/*
 * Zstandard's outer form (RFC 8878), read to learn how much data can unpack to before anything is allocated for it:
 *
 *     28 b5 2f fd | descriptor | [window] | [dictionary] | [content size] | (uint24 block header | block)… | [checksum]
 */
const frameMagic = 0xfd2fb528
const skippableMagic = 0x184d2a50
const maxBlockBytes = 128 * 1024
/** Clients write one frame for a batch. */
const maxFrames = 1000

export interface ZstdFrame {
  readonly begin: number
  readonly end: number
  /** What the frame unpacks to: exactly where it says so, else at most. */
  readonly contentBytes: number
  /** By how much `contentBytes` may be too much. */
  readonly slackBytes: number
}

/** The frames of `data` that hold content. Throws RangeError where they are cut off or are none. */
export function zstdFrames(data: Buffer): ZstdFrame[] {
  const frames: ZstdFrame[] = []
  for (let at = 0; at < data.length; ) {
    const magic = data.readUInt32LE(at)
    if ((magic & 0xfffffff0) >>> 0 === skippableMagic) {
      at += 8 + data.readUInt32LE(at + 4)
    } else if (magic === frameMagic) {
      const frame = measureFrame(data, at)
      frames.push(frame)
      if (frames.length > maxFrames) throw new RangeError(`more than ${maxFrames} Zstandard frames`)
      at = frame.end
    } else throw new RangeError(`no Zstandard frame at byte ${at}`)
  }
  return frames
}

function measureFrame(data: Buffer, begin: number): ZstdFrame {
  const descriptor = data.readUInt8(begin + 4)
  const singleSegment = (descriptor & 0x20) !== 0
  const sizeAt = begin + 5 + (singleSegment ? 0 : 1) + [0, 1, 2, 4][descriptor & 3]!
  const sizeBytes = descriptor >>> 6 === 0 ? (singleSegment ? 1 : 0) : 1 << (descriptor >>> 6)
  const blocks = measureBlocks(data, sizeAt + sizeBytes)
  const end = blocks.end + (descriptor & 4 ? 4 : 0)
  if (end > data.length) throw new RangeError('a Zstandard frame is cut off')
  if (sizeBytes === 0) return { begin, end, contentBytes: blocks.contentBytes, slackBytes: maxBlockBytes }
  const contentBytes = contentSize(data, sizeAt, sizeBytes)
  if (contentBytes > blocks.contentBytes) throw new RangeError(`a Zstandard frame claims to hold ${contentBytes} bytes`)
  return { begin, end, contentBytes, slackBytes: 0 }
}

function contentSize(data: Buffer, at: number, bytes: number): number {
  if (bytes === 8) return Number(data.readBigUInt64LE(at))
  return data.readUIntLE(at, bytes) + (bytes === 2 ? 256 : 0)
}

function measureBlocks(data: Buffer, begin: number): { end: number; contentBytes: number } {
  let contentBytes = 0
  let at = begin
  for (let last = false; !last; ) {
    const header = data.readUIntLE(at, 3)
    const size = header >>> 3
    const kind = (header >>> 1) & 3 // 0 stored, 1 one byte repeated, 2 compressed
    last = (header & 1) === 1
    if (size > maxBlockBytes || kind === 3) throw new RangeError(`no Zstandard block at byte ${at}`)
    contentBytes += kind === 2 ? maxBlockBytes : size
    at += 3 + (kind === 1 ? 1 : size)
  }
  return { end: at, contentBytes }
}
