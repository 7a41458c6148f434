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
  const { ZSTD_c_compressionLevel } = node.constants
  return {
    type: 'zstd',
    compress: (data, level = defaultLevel) =>
      node.zstdCompressSync(data, { params: { [ZSTD_c_compressionLevel]: level } }),
    // Node stops after the first frame and says nothing, so it gets one frame at a time.
    decompress: (data, maxBytes) =>
      decompress(asBuffer(data), maxBytes, (frame, { contentBytes }) =>
        node.zstdDecompressSync(frame, { maxOutputLength: Math.max(1, contentBytes) }),
      ),
  }
}

// The library is one instance for the whole process, and a second `init` would take it from under the first. This code
// may be there twice, in the bundle of a client and in that of a broker, so what they share is no variable of a module.
const sharedKey = Symbol.for('ottla.zstd-wasm')

function loadWasm(): Promise<typeof import('@bokuweb/zstd-wasm')> {
  const shared = globalThis as { [sharedKey]?: Promise<typeof import('@bokuweb/zstd-wasm')> }
  shared[sharedKey] ??= import('@bokuweb/zstd-wasm').then(async (library) => {
    await library.init()
    return library
  })
  return shared[sharedKey]
}

export async function wasmZstd(): Promise<Compression> {
  const library = await loadWasm()
  return {
    type: 'zstd',
    compress: (data, level = defaultLevel) => asBuffer(library.compress(asBuffer(data), level)),
    decompress: (data, maxBytes) =>
      decompress(asBuffer(data), Math.min(maxBytes, maxWasmBytes), (frame, { contentBytes }) =>
        library.decompress(frame, { defaultHeapSize: contentBytes }),
      ),
  }
}

type UnpackFrame = (frame: Buffer, measure: ZstdFrame) => Uint8Array

function decompress(data: Buffer, maxBytes: number, unpackFrame: UnpackFrame): Buffer {
  const frames = zstdFrames(data)
  const most = frames.reduce((sum, { contentBytes }) => sum + contentBytes, 0)
  const slack = frames.reduce((largest, { slackBytes }) => Math.max(largest, slackBytes), 0)
  if (most > maxBytes + slack) throw tooLarge('zstd', maxBytes)
  const contents = frames.map((frame) => unpackFrame(data.subarray(frame.begin, frame.end), frame))
  const content = contents.length === 1 ? asBuffer(contents[0]!) : Buffer.concat(contents)
  if (content.length > maxBytes) throw tooLarge('zstd', maxBytes)
  return content
}
