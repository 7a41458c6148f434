import { dirname, join } from 'node:path'
import { packedBatches } from '@ottla/protocol'
import type { File } from '@ottla/runtime'
import { DamagedLogError } from '../damaged-log-error.ts'
import type { StampedBatch } from '../leader/stamped-batch.ts'
import type { LocalLog } from './local-log.ts'
import type { LocalLogStore } from './local-log-store.ts'
import { indexFile, type Segment, segmentFile } from './segment.ts'
import { indexEntryBytes, type SegmentIndex } from './segment-index.ts'
import type { SegmentPlace } from './segment-reader.ts'

const rewriteBytes = 1024 * 1024

/** Appends batches to the file of a segment, and what belongs to them to its index. They are durable once it is synced. */
export async function writeBatches(
  store: LocalLogStore,
  log: LocalLog,
  place: SegmentPlace,
  batches: readonly StampedBatch[],
): Promise<void> {
  const { directory, segment } = place
  const index = await store.reader.indexOf(place)
  if (segment.flushed === 0 || log.littered) await prepareDirectory(store, log)
  await withFile(store, join(directory, segmentFile(segment)), async (file) => {
    if (segment.flushed === 0 || segment.resumed) await file.truncate(segment.flushed)
    const pieces = batches.map((batch) => batch.bytes)
    await file.write(segment.flushed, pieces)
  })
  // Not before: a checkpoint may sync the directory any time, and a file that comes later needs another sync.
  if (segment.flushed === 0) store.directoriesToSync.add(directory)
  for (const batch of batches) addToIndex(index, place, batch)
  if (await writeIndex(store, place, index)) segment.resumed = false
}

function addToIndex(index: SegmentIndex, place: SegmentPlace, batch: StampedBatch): void {
  const { segment, indexIntervalBytes } = place
  const indexedTo = index.count === 0 ? 0 : index.positionAt(index.count - 1)
  if (segment.flushed - indexedTo >= indexIntervalBytes)
    index.add(batch.baseOffset - segment.baseOffset, segment.flushed, segment.flushedMaxTimestamp)
  segment.flushed += batch.bytes.length
  segment.flushedMaxTimestamp = Math.max(segment.flushedMaxTimestamp, batch.maxTimestamp)
}

// An index that cannot be written is no reason to stop: readers make anew what is missing.
async function writeIndex(store: LocalLogStore, place: SegmentPlace, index: SegmentIndex): Promise<boolean> {
  const entries = index.unpersisted()
  if (entries.length === 0 && !place.segment.resumed) return true
  const path = join(place.directory, indexFile(place.segment))
  const position = index.persisted * indexEntryBytes
  try {
    await withFile(store, path, async (file) => {
      if (place.segment.resumed || position === 0) await cutIndex(store, path, file, position)
      await file.write(position, [entries])
    })
    index.persisted += entries.length / indexEntryBytes
    return true
  } catch (error) {
    store.runtime.log.write('warn', 'an index could not be written', { file: path, err: error })
    return false
  }
}

// Entries that a crash has left behind are of another history. They must not come back once the segment has grown over
// them: so this is the one thing that is synced in an index.
async function cutIndex(store: LocalLogStore, path: string, file: File, position: number): Promise<void> {
  if (((await store.runtime.files.size(path)) ?? 0) <= position) return
  await file.truncate(position)
  await file.sync()
}

async function prepareDirectory(store: LocalLogStore, log: LocalLog): Promise<void> {
  const { directory } = log
  // What is replayed may have been deleted later, and its directory be gone.
  if (log.littered || log.segments.every((segment) => segment.flushed === 0)) {
    await store.runtime.files.makeDirectory(directory)
    store.directoriesToSync.add(dirname(directory))
    store.directoriesToSync.add(dirname(dirname(directory)))
  }
  if (log.littered) {
    await removeLitter(store, log)
    log.littered = false
  }
}

/** Removes the files that no segment of the log has. */
async function removeLitter(store: LocalLogStore, log: LocalLog): Promise<void> {
  const { files } = store.runtime
  const names = await files.list(log.directory)
  const known = new Set(log.segments.flatMap((segment) => [segmentFile(segment), indexFile(segment)]))
  for (const name of names) if (!known.has(name)) await files.remove(join(log.directory, name))
}

/** Makes what is flushed of a segment durable. */
export async function syncSegment(store: LocalLogStore, place: SegmentPlace): Promise<void> {
  const { directory, segment } = place
  if (segment.synced === segment.flushed) return
  const path = join(directory, segmentFile(segment))
  await withFile(store, path, async (file) => {
    if (segment.syncFailed) await writeAgain(file, path, segment)
    const { flushed } = segment
    try {
      await file.sync()
    } catch (error) {
      segment.syncFailed = true
      throw error
    }
    segment.synced = flushed
    segment.syncFailed = false
  })
}

// After a failed sync the system may take the pages for written, and a second sync would do nothing. Written again they
// count as changed. What cannot be read any more stays in the commit log, because no checkpoint succeeds until then.
async function writeAgain(file: File, path: string, segment: Segment): Promise<void> {
  for (let position = segment.synced; position < segment.flushed; ) {
    let bytes = await file.read(position, Math.min(rewriteBytes, segment.flushed - position))
    if (packedBatches(bytes).length === 0) bytes = await file.read(position, segment.flushed - position)
    let length = 0
    for (const batch of packedBatches(bytes)) {
      if (!batch.intact) throw new DamagedLogError(path, position + length, 'a batch was lost by a failed write')
      length += batch.bytes.length
    }
    if (length === 0) throw new DamagedLogError(path, position, 'batches were lost by a failed write')
    await file.write(position, [bytes.subarray(0, length)])
    position += length
  }
}

export async function removeSegment(store: LocalLogStore, directory: string, segment: Segment): Promise<void> {
  store.reader.forget(directory, segment)
  if (segment.flushed === 0) return
  await store.runtime.files.remove(join(directory, segmentFile(segment)))
  await store.runtime.files.remove(join(directory, indexFile(segment)))
}

async function withFile(store: LocalLogStore, path: string, use: (file: File) => Promise<void>): Promise<void> {
  const file = await store.runtime.files.open(path, 'write')
  try {
    await use(file)
  } finally {
    await file.close()
  }
}
