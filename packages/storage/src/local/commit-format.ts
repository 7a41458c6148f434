import { crc32c, putInt64, Reader, type Writer } from '@ottla/protocol'
import type { StampedBatch } from '../leader/stamped-batch.ts'
import type { PartitionId } from '../partition.ts'

/**
 * A file of the commit log:
 *
 *     header   magic 8 | version 2 | policy 2 | number 8 | mark 8 | first sequence 8 | crc 4
 *     entry    mark 8 | crc 4 | sequence 8 | durable 8 | table bytes 4 | data bytes 4 | table | data
 *     entry    …
 *
 * `durable` is the last sequence number that was on disk when this entry was begun. The mark is random and new for each file, so that nothing that lay on the disk before, and nothing that a client has
 * written into a record, can pass for an entry. The crc of an entry covers what follows it, up to the data. The data are batches one
 * after the other, which have checksums of their own: the table holds those, and so covers the data too, without reading
 * the bytes a second time when they are written.
 */
export const fileHeaderBytes = 40
export const entryHeaderBytes = 36
const fileMagic = 'OTTLACMT'
const formatVersion = 2
/** An entry is begun only when all but the last so many before it are on disk. */
export const entriesUnderWay = 2

export type FlushPolicy = 'fsync' | 'os'

export interface CommitFileHeader {
  readonly policy: FlushPolicy
  readonly number: number
  readonly mark: Uint8Array
  /** Its first entry has this sequence number, and files before it are not valid from there on. */
  readonly firstSequence: number
}

export function encodeFileHeader(header: CommitFileHeader): Buffer {
  const bytes = Buffer.alloc(fileHeaderBytes)
  bytes.write(fileMagic, 0, 'latin1')
  bytes.writeUInt16BE(formatVersion, 8)
  bytes.writeUInt16BE(header.policy === 'fsync' ? 0 : 1, 10)
  bytes.writeBigUInt64BE(BigInt(header.number), 12)
  bytes.set(header.mark, 20)
  bytes.writeBigUInt64BE(BigInt(header.firstSequence), 28)
  bytes.writeUInt32BE(crc32c(bytes.subarray(0, 36)), 36)
  return bytes
}

/** Undefined: these bytes are no header. */
export function decodeFileHeader(bytes: Buffer, path: string): CommitFileHeader | undefined {
  if (bytes.length < fileHeaderBytes || bytes.readUInt32BE(36) !== crc32c(bytes.subarray(0, 36))) return undefined
  if (bytes.toString('latin1', 0, 8) !== fileMagic) return undefined
  const version = bytes.readUInt16BE(8)
  if (version !== formatVersion)
    throw new Error(`${path} is of version ${version}; this Ottla knows version ${formatVersion}`)
  return {
    policy: bytes.readUInt16BE(10) === 0 ? 'fsync' : 'os',
    number: Number(bytes.readBigUInt64BE(12)),
    mark: Buffer.from(bytes.subarray(20, 28)),
    firstSequence: Number(bytes.readBigUInt64BE(28)),
  }
}

const crcAt = 8
const afterCrc = 12

export interface EntryHeader {
  readonly crc: number
  readonly sequence: number
  readonly durable: number
  readonly tableBytes: number
  readonly dataBytes: number
}

/** Leaves room for the header, before the items of the table. */
export function beginEntry(entry: Writer): void {
  for (let i = 0; i < entryHeaderBytes; i += 4) entry.int32(0)
}

/** Fills in the header. `entry` is all but the data. */
export function sealEntry(
  entry: Buffer,
  mark: Uint8Array,
  header: { readonly sequence: number; readonly durable: number; readonly dataBytes: number },
): void {
  entry.set(mark, 0)
  putInt64(entry, afterCrc, header.sequence)
  putInt64(entry, afterCrc + 8, header.durable)
  entry.writeUInt32BE(entry.length - entryHeaderBytes, afterCrc + 16)
  entry.writeUInt32BE(header.dataBytes, afterCrc + 20)
  entry.writeUInt32BE(crc32c(entry, afterCrc), crcAt)
}

/** The header at the start of `bytes`, which holds it whole. Undefined if the mark is not there. */
export function decodeEntryHeader(bytes: Buffer, mark: Uint8Array): EntryHeader | undefined {
  if (bytes.compare(mark, 0, 8, 0, 8) !== 0) return undefined
  return {
    crc: bytes.readUInt32BE(crcAt),
    sequence: Number(bytes.readBigUInt64BE(afterCrc)),
    durable: Number(bytes.readBigUInt64BE(afterCrc + 8)),
    tableBytes: bytes.readUInt32BE(afterCrc + 16),
    dataBytes: bytes.readUInt32BE(afterCrc + 20),
  }
}

/** `entry` is all but the data. */
export const entryIntact = (entry: Buffer): boolean => entry.readUInt32BE(crcAt) === crc32c(entry, afterCrc)

const kinds = { batch: 1, open: 2, start: 3, drop: 4, keys: 5 } as const

/** What lies in a commit log entry, told item by item. */
export interface CommitReplay {
  batch(logId: number, batch: BatchPlace): void
  open(logId: number, id: PartitionId): void
  start(logId: number, offset: number): void
  drop(logIds: readonly number[]): void
  keys(changes: ReadonlyMap<string, string | undefined>): void
}

export interface BatchPlace {
  readonly bytes: number
  readonly crc: number
  readonly baseOffset: number
  readonly leaderEpoch: number
}

/** Writes the items of an entry's table. */
export const tableItems = {
  batch(table: Writer, logId: number, batch: BatchPlace): void {
    table.int8(kinds.batch)
    table.int32(logId)
    writeBatchPlace(table, batch)
  },
  open(table: Writer, logId: number, id: PartitionId): void {
    table.int8(kinds.open)
    table.int32(logId)
    writePartitionId(table, id)
  },
  start(table: Writer, logId: number, offset: number): void {
    table.int8(kinds.start)
    table.int32(logId)
    table.int64(offset)
  },
  drop(table: Writer, logIds: readonly number[]): void {
    table.int8(kinds.drop)
    table.int32(logIds.length)
    for (const id of logIds) table.int32(id)
  },
  keys(table: Writer, changes: ReadonlyMap<string, string | undefined>): void {
    table.int8(kinds.keys)
    table.int32(changes.size)
    for (const [key, value] of changes) {
      writeText(table, key)
      table.bool(value !== undefined)
      if (value !== undefined) writeText(table, value)
    }
  },
}

export function readTable(bytes: Buffer, replay: CommitReplay): void {
  const table = new Reader(bytes, Infinity)
  while (table.remaining > 0) readItem(table, replay)
}

function readItem(table: Reader, replay: CommitReplay): void {
  const kind = table.int8()
  if (kind === kinds.batch) replay.batch(table.int32(), readBatchPlace(table))
  else if (kind === kinds.open) replay.open(table.int32(), readPartitionId(table))
  else if (kind === kinds.start) replay.start(table.int32(), table.int64())
  else if (kind === kinds.drop) replay.drop(Array.from({ length: table.int32() }, () => table.int32()))
  else if (kind === kinds.keys) replay.keys(readChanges(table))
  else throw new Error(`an item of the unknown kind ${kind}`)
}

export const placeOf = ({ bytes, crc, baseOffset, leaderEpoch }: StampedBatch): BatchPlace => ({
  bytes: bytes.length,
  crc,
  baseOffset,
  leaderEpoch,
})

export function writeBatchPlace(table: Writer, place: BatchPlace): void {
  table.int32(place.bytes)
  table.int32(place.crc | 0)
  table.int64(place.baseOffset)
  table.int32(place.leaderEpoch)
}

export function readBatchPlace(table: Reader): BatchPlace {
  return {
    bytes: table.int32(),
    crc: table.int32() >>> 0,
    baseOffset: table.int64(),
    leaderEpoch: table.int32(),
  }
}

function readChanges(table: Reader): Map<string, string | undefined> {
  const changes = new Map<string, string | undefined>()
  for (let left = table.int32(); left > 0; left--)
    changes.set(readText(table), table.bool() ? readText(table) : undefined)
  return changes
}

export function writePartitionId(writer: Writer, id: PartitionId): void {
  writeText(writer, id.topic)
  writeText(writer, id.topicId)
  writer.int32(id.partition)
}

export function readPartitionId(reader: Reader): PartitionId {
  return { topic: readText(reader), topicId: readText(reader), partition: reader.int32() }
}

/** Texts of any length: Kafka's own strings end at 32 KB. */
export function writeText(writer: Writer, text: string): void {
  const bytes = Buffer.byteLength(text)
  writer.int32(bytes)
  writer.utf8(text, bytes)
}

export const readText = (reader: Reader): string => reader.utf8(reader.int32())
