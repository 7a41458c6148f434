import type { CompressionType } from '../batch/layout.ts'
import { KafkaError } from '../errors.ts'

/** One of Kafka's codecs. What it cannot read is KafkaError INVALID_RECORD, whatever the bytes are. */
export interface Compression {
  readonly type: CompressionType
  /** `level` in the codec's own terms, where it has any. */
  compress(data: Uint8Array, level?: number): Buffer
  /** Allocates about `maxBytes` at most; data that would unpack to more is refused. */
  decompress(data: Uint8Array, maxBytes: number): Buffer
}

const loaded = new Map<CompressionType, Compression>()

/** A codec, loaded when first asked for: a broker that never needs it starts faster and stays smaller. */
export async function compression(type: CompressionType): Promise<Compression> {
  const known = loaded.get(type)
  if (known !== undefined) return known
  const codec = guarded(await load(type))
  loaded.set(type, codec)
  return codec
}

/** A codec if it was loaded before. */
export const loadedCompression = (type: CompressionType): Compression | undefined => loaded.get(type)

async function load(type: CompressionType): Promise<Compression> {
  try {
    switch (type) {
      case 'none':
        return (await import('./none.ts')).none
      case 'gzip':
        return (await import('./gzip.ts')).gzip
      case 'snappy':
        return (await import('./snappy.ts')).snappy
      case 'lz4':
        return (await import('./lz4.ts')).lz4
      case 'zstd':
        return await (await import('./zstd.ts')).loadZstd()
    }
  } catch (cause) {
    const message = `${type} cannot be loaded here (an npm install without optional dependencies leaves it out)`
    throw new KafkaError('UNSUPPORTED_COMPRESSION_TYPE', message, { cause })
  }
}

// The libraries throw errors of their own for damaged data; callers know one.
export function guarded(codec: Compression): Compression {
  return {
    type: codec.type,
    compress: codec.compress,
    decompress(data, maxBytes) {
      try {
        return codec.decompress(data, maxBytes)
      } catch (cause) {
        if (cause instanceof KafkaError) throw cause
        throw new KafkaError('INVALID_RECORD', `records do not unpack with ${codec.type}: ${cause}`, { cause })
      }
    },
  }
}

export function tooLarge(type: CompressionType, maxBytes: number): KafkaError {
  return new KafkaError('INVALID_RECORD', `records packed with ${type} unpack to more than ${maxBytes} bytes`)
}

/** The same bytes as a Buffer. */
export const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
