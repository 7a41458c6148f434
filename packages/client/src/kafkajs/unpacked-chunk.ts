import { attributeBits, layout, lengthOverhead, PackedBatch } from '@ottla/protocol'
import type { FetchedChunk } from '../consumer/fetch/fetch-buffer.ts'
import { assignedCodec } from './compression.ts'

/** The same chunk, without compression where the program has assigned the codec: ours read at once, its own need not. */
export async function unpackedChunk(chunk: FetchedChunk): Promise<FetchedChunk> {
  if (!chunk.batches.some((batch) => assignedCodec(batch.compression))) return chunk
  return { ...chunk, batches: await Promise.all(chunk.batches.map(unpackedBatch)) }
}

/** Its checksum, which has been looked at, stays that of the packed bytes. */
async function unpackedBatch(batch: PackedBatch): Promise<PackedBatch> {
  const codec = assignedCodec(batch.compression)
  if (codec === undefined) return batch
  const bytes = Buffer.concat([batch.bytes.subarray(0, layout.records), await codec.unpack(batch.recordBytes)])
  bytes.writeInt32BE(bytes.length - lengthOverhead, layout.length)
  bytes.writeInt16BE(batch.attributes & ~attributeBits.compression, layout.attributes)
  return new PackedBatch(bytes)
}
