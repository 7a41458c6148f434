import * as zlib from 'node:zlib'
import { asBuffer, type Compression, tooLarge } from './compression.ts'
import { type ZstdFrame, zstdFrames } from './zstd-frames.ts'

// Node has zstd since 22.15; the types are those of Node 20.
interface ZstdOfNode {
  readonly constants: { readonly ZSTD_c_compressionLevel: number }
  zstdCompressSync(data: Uint8Array, options: { params: Record<number, number> }): Buffer
  zstdDecompressSync(data: Uint8Array, options: { maxOutputLength: number }): Buffer
}

const defaultLevel = 3
/** The library's memory has an end, beyond which it fails badly; and it never gives back what it took. */
const maxWasmBytes = 256 * 1024 * 1024

/** Zstandard: Node's own where there is one, else WebAssembly. */
export async function loadZstd(): Promise<Compression> {
  return 'zstdDecompressSync' in zlib ? nodeZstd(zlib as unknown as ZstdOfNode) : await wasmZstd()
}

function nodeZstd(node: ZstdOfNode): Compression {
  return {
    type: 'zstd',
    compress: (data, level = defaultLevel) =>
      node.zstdCompressSync(data, { params: { [node.constants.ZSTD_c_compressionLevel]: level } }),
    decompress(data, maxBytes) {
      try {
        return node.zstdDecompressSync(data, { maxOutputLength: maxBytes })
      } catch (cause) {
        throw (cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge('zstd', maxBytes) : cause
      }
    },
  }
}

export async function wasmZstd(): Promise<Compression> {
  const wasm = await import('@bokuweb/zstd-wasm')
  await wasm.init()
  const unpackFrame = (data: Buffer, { begin, end, contentBytes }: ZstdFrame) =>
    wasm.decompress(data.subarray(begin, end), { defaultHeapSize: contentBytes })
  return {
    type: 'zstd',
    compress: (data, level = defaultLevel) => asBuffer(wasm.compress(asBuffer(data), level)),
    decompress(bytes, maxBytes) {
      const data = asBuffer(bytes)
      const limit = Math.min(maxBytes, maxWasmBytes)
      const frames = zstdFrames(data)
      const [most, slack] = frames.reduce(
        ([sum, max], f) => [sum + f.contentBytes, Math.max(max, f.slackBytes)],
        [0, 0],
      )
      if (most > limit + slack) throw tooLarge('zstd', limit)
      const content = frames.map((frame) => asBuffer(unpackFrame(data, frame)))
      const result = content.length === 1 ? content[0]! : Buffer.concat(content)
      if (result.length > maxBytes) throw tooLarge('zstd', maxBytes)
      return result
    },
  }
}
