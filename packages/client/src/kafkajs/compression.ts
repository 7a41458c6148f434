import { type CompressionType, compression } from '@ottla/protocol'
import { CompressionTypes } from './enums.ts'

/** As kafkajs has codecs: they are made by functions, and take what has a `buffer`. */
interface Codec {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>
  decompress(buffer: Buffer): Promise<Buffer>
}

const unpackedMost = 2 ** 30

const codec = (type: CompressionType) => (): Codec => ({
  compress: async ({ buffer }) => (await compression(type)).compress(buffer),
  decompress: async (buffer) => (await compression(type)).decompress(buffer, unpackedMost),
})

/** All codecs are there. One that a program registers stays in this table, and is not called: the bytes would be the same. */
export const CompressionCodecs: { 1: () => any; 2: () => any; 3: () => any; 4: () => any } = {
  [CompressionTypes.GZIP]: codec('gzip'),
  [CompressionTypes.Snappy]: codec('snappy'),
  [CompressionTypes.LZ4]: codec('lz4'),
  [CompressionTypes.ZSTD]: codec('zstd'),
}

const types: readonly CompressionType[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd']

export const compressionType = (code: CompressionTypes | undefined): CompressionType => types[code ?? 0] ?? 'none'
