import { asBuffer, type Compression, tooLarge } from './codec.ts'
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
  const zlib = await import('node:zlib')
  return 'zstdDecompressSync' in zlib ? nodeZstd(zlib as unknown as ZstdOfNode) : await wasmZstd()
}

function nodeZstd(node: ZstdOfNode): Compression {
  return {
    type: 'zstd',
    compress: (data, level = defaultLevel) =>
      node.zstdCompressSync(data, { params: { [node.constants.ZSTD_c_compressionLevel]: level } }),
    decompress(data, maxBytes) {
      try {
        const content = node.zstdDecompressSync(data, { maxOutputLength: Math.max(1, maxBytes) })
        if (content.length > maxBytes) throw tooLarge('zstd', maxBytes)
        return content
      } catch (cause) {
        throw (cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge('zstd', maxBytes) : cause
      }
    },
  }
}

let wasm: Promise<typeof import('@bokuweb/zstd-wasm')> | undefined

// The library is one instance for the whole process, and a second `init` would break the first.
function loadWasm(): Promise<typeof import('@bokuweb/zstd-wasm')> {
  wasm ??= import('@bokuweb/zstd-wasm').then(async (library) => {
    await library.init()
    return library
  })
  return wasm
}

export async function wasmZstd(): Promise<Compression> {
  const library = await loadWasm()
  const unpackFrame = (data: Buffer, { begin, end, contentBytes }: ZstdFrame) =>
    library.decompress(data.subarray(begin, end), { defaultHeapSize: contentBytes })
  return {
    type: 'zstd',
    compress: (data, level = defaultLevel) => asBuffer(library.compress(asBuffer(data), level)),
    decompress(bytes, maxBytes) {
      const data = asBuffer(bytes)
      const limit = Math.min(maxBytes, maxWasmBytes)
      const frames = zstdFrames(data)
      const most = frames.reduce((sum, { contentBytes }) => sum + contentBytes, 0)
      const slack = frames.reduce((largest, { slackBytes }) => Math.max(largest, slackBytes), 0)
      if (most > limit + slack) throw tooLarge('zstd', limit)
      const content = Buffer.concat(frames.map((frame) => unpackFrame(data, frame)))
      if (content.length > maxBytes) throw tooLarge('zstd', maxBytes)
      return content
    },
  }
}
