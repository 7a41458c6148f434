import { join } from 'node:path'
import { crc32c, Reader, Writer } from '@ottla/protocol'
import type { FileSystem } from '@ottla/runtime'
import { DamagedLogError } from '../damaged-log-error.ts'
import type { StampedBatch } from '../leader/stamped-batch.ts'
import { placeOf, writeBatchPlace } from './commit-format.ts'

/**
 * A checkpoint file: what is known without the entries of the commit log up to a sequence number.
 *
 *     magic 8 | version 2 | covered sequence 8 | body bytes 8 | crc 4 | body | data
 *     body: next log id, partitions (each as of a sequence number of its own), keys (as of another)
 *     data: batches of small tails, one after the other; the body holds their checksums
 *
 * Ten thousand partitions with a few batches each would otherwise cost as many flushes and syncs.
 *
 * It is written aside, synced and renamed; the one before it is kept, with the commit log that it needs, for the case that
 * this one is damaged.
 */
const magic = 'OTTLACKP'
const version = 1
const headerBytes = 30
const crcAt = 26
const defaultTailsLimitBytes = 16 * 1024 * 1024
const defaultSmallTailBytes = 64 * 1024

export const checkpointName = (covered: number) => `${String(covered).padStart(16, '0')}.checkpoint`

/** What is gathered for a checkpoint. */
export class CheckpointBody {
  readonly partitions = newWriter()
  readonly data: Buffer[] = []
  readonly #smallTailBytes: number
  readonly #tailsLimitBytes: number
  #tailBytes = 0

  constructor(smallTailBytes = defaultSmallTailBytes, tailsLimitBytes = defaultTailsLimitBytes) {
    this.#smallTailBytes = smallTailBytes
    this.#tailsLimitBytes = tailsLimitBytes
  }

  /** True: a tail of this size goes into the checkpoint. */
  takesTail(bytes: number): boolean {
    if (bytes > this.#smallTailBytes || this.#tailBytes + bytes > this.#tailsLimitBytes) return false
    this.#tailBytes += bytes
    return true
  }

  addBatch(batch: StampedBatch): void {
    writeBatchPlace(this.partitions, placeOf(batch))
    this.data.push(batch.bytes)
  }
}

export const newWriter = () => new Writer({ chunkBytes: 64 * 1024, sharedBytes: Infinity })

export interface CheckpointFile {
  /** Entries up to this sequence number are not needed any more. */
  readonly covered: number
  readonly path: string
  readonly body: Reader
  readonly data: Buffer
}

export async function writeCheckpoint(
  files: FileSystem,
  directory: string,
  covered: number,
  body: readonly Buffer[],
  data: readonly Buffer[],
): Promise<void> {
  const bytes = Buffer.concat([Buffer.alloc(headerBytes), ...body])
  bytes.write(magic, 0, 'latin1')
  bytes.writeUInt16BE(version, 8)
  bytes.writeBigUInt64BE(BigInt(covered), 10)
  bytes.writeBigUInt64BE(BigInt(bytes.length - headerBytes), 18)
  bytes.writeUInt32BE(checksum(bytes), crcAt)
  const aside = join(directory, 'checkpoint.tmp')
  const file = await files.open(aside, 'write')
  try {
    await file.truncate(0)
    await file.write(0, [bytes, ...data])
    await file.sync()
  } finally {
    await file.close()
  }
  await files.rename(aside, join(directory, checkpointName(covered)))
  await files.syncDirectory(directory)
}

const checksum = (bytes: Buffer) => (crc32c(bytes.subarray(0, crcAt)) ^ crc32c(bytes, headerBytes)) >>> 0

/** The sequence numbers that checkpoints cover, the newest first. */
export async function listCheckpoints(files: FileSystem, directory: string): Promise<number[]> {
  const names = (await files.list(directory)).filter((name) => /^\d{16}\.checkpoint$/.test(name))
  return names.map((name) => Number(name.slice(0, 16))).sort((a, b) => b - a)
}

export async function readCheckpoint(files: FileSystem, directory: string, covered: number): Promise<CheckpointFile> {
  const path = join(directory, checkpointName(covered))
  const bytes = await files.readFile(path)
  const end = bytes.length < headerBytes ? Infinity : headerBytes + Number(bytes.readBigUInt64BE(18))
  const isWhole =
    end <= bytes.length &&
    bytes.toString('latin1', 0, 8) === magic &&
    bytes.readUInt32BE(crcAt) === checksum(bytes.subarray(0, end)) &&
    Number(bytes.readBigUInt64BE(10)) === covered
  if (!isWhole) throw new DamagedLogError(path, 0, 'not a whole checkpoint')
  const found = bytes.readUInt16BE(8)
  if (found !== version) throw new Error(`${path} is of version ${found}; this Ottla knows version ${version}`)
  return { covered, path, body: new Reader(bytes.subarray(headerBytes, end), Infinity), data: bytes.subarray(end) }
}
