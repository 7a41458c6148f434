import { type CompressionType, compression, compressionTypes } from '@ottla/protocol'
import type { ForeignCodec } from '../producer/producer-batch.ts'
import { CompressionTypes } from './enums.ts'

/** As kafkajs has codecs: they are made by functions, and take what has a `buffer`. */
interface Codec {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>
  decompress(buffer: Buffer): Promise<Buffer>
}

/** A codec that a program has put in the place of one of ours. */
export interface AssignedCodec extends ForeignCodec {
  unpack(records: Buffer): Promise<Buffer>
}

const unpackedMost = 2 ** 30

const codec = (type: CompressionType) => (): Codec => ({
  compress: async ({ buffer }) => (await compression(type)).compress(buffer),
  decompress: async (buffer) => (await compression(type)).decompress(buffer, unpackedMost),
})

const ours = {
  [CompressionTypes.GZIP]: codec('gzip'),
  [CompressionTypes.Snappy]: codec('snappy'),
  [CompressionTypes.LZ4]: codec('lz4'),
  [CompressionTypes.ZSTD]: codec('zstd'),
}

/** The codecs, all of them there. A program may assign others, which take part from then on. */
export const CompressionCodecs: { 1: () => any; 2: () => any; 3: () => any; 4: () => any } = { ...ours }

export const compressionType = (code: CompressionTypes | undefined): CompressionType =>
  compressionTypes[code ?? 0] ?? 'none'

/** What the program has assigned for batches of this kind; undefined if they are ours to pack and unpack. */
export function assignedCodec(type: CompressionType): AssignedCodec | undefined {
  if (type === 'none') return undefined
  const code = compressionTypes.indexOf(type) as keyof typeof CompressionCodecs
  const { [code]: assigned } = CompressionCodecs
  if (assigned === undefined || assigned === ours[code]) return undefined
  const make = (): Codec => CompressionCodecs[code]()
  return {
    type,
    pack: async (buffer) => make().compress({ buffer }),
    unpack: async (records) => make().decompress(records),
  }
}
