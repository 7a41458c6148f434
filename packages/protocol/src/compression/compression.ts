import type { CompressionType } from '../batch/layout.ts'
import { KafkaError } from '../errors.ts'
import type { Compression } from './codec.ts'
import { loadGzip } from './gzip.ts'
import { loadLz4 } from './lz4.ts'
import { none } from './none.ts'
import { loadSnappy } from './snappy.ts'
import { loadZstd } from './zstd.ts'

const loaded = new Map<CompressionType, Compression>([['none', none]])

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
        return none
      case 'gzip':
        return await loadGzip()
      case 'snappy':
        return await loadSnappy()
      case 'lz4':
        return await loadLz4()
      case 'zstd':
        return await loadZstd()
    }
  } catch (cause) {
    const message = `${type} cannot be loaded here: ${cause}`
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
