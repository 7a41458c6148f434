import type { FetchedChunk } from '../fetch/fetch-buffer.ts'
import type { AssignedPartition } from '../progress/assigned-partition.ts'
import { handOutBatch, skipEmpty } from './batch-iterator.ts'
import { ChunkCursor } from './chunk-cursor.ts'
import type { Deserializers } from './deserializers.ts'
import type { Intake } from './intake.ts'
import { handleRecord, processingFailed } from './record-handler.ts'
import { recordsPerLook } from './record-iterator.ts'
import type { RunByBatch, RunByRecord } from './run-options.ts'

/** Handles a chunk to its end, or until its partition is taken away or `isOver`. */
type HandleChunk = (chunk: FetchedChunk, isOver: () => boolean) => Promise<void>

/**
 * Hands each partition's chunks to a handler of its own, one after the other; up to `concurrency` partitions at a time.
 * Settles when the consumer closes or the signal fires, and all handlers have finished; throws what the first one threw.
 */
export async function runByPartition(
  intake: Intake,
  handle: HandleChunk,
  { concurrency, signal }: { readonly concurrency: number; readonly signal: AbortSignal | undefined },
): Promise<void> {
  const busy = new Map<AssignedPartition, Promise<void>>()
  const failures: unknown[] = []
  const isOver = () => failures.length > 0 || intake.isClosed || signal?.aborted === true
  const stop = () => intake.wake()
  signal?.addEventListener('abort', stop, { once: true })
  const begin = (chunk: FetchedChunk) => {
    const { partition } = chunk
    partition.enter()
    const work = handle(chunk, isOver)
      .catch((error) => failures.push(error))
      .finally(() => {
        partition.leave()
        busy.delete(partition)
        intake.wake()
      })
    busy.set(partition, work as Promise<any>)
  }
  try {
    while (!isOver()) {
      const chunk = busy.size < concurrency ? intake.take((partition) => !busy.has(partition)) : undefined
      if (chunk === undefined) await intake.change()
      else begin(chunk)
    }
  } finally {
    signal?.removeEventListener('abort', stop)
    await Promise.all(busy.values())
  }
  if (failures.length > 0) throw failures[0]
}

/** For `eachRecord`. */
export function recordHandler<K, V>(
  intake: Intake,
  options: RunByRecord<K, V>,
  deserializers: Deserializers<K, V>,
): HandleChunk {
  return async (chunk, isOver) => {
    const { partition, nextOffset } = chunk
    const { progress, signal } = partition
    const context = { signal }
    const cursor = new ChunkCursor(chunk, deserializers)
    try {
      for (let count = 1; ; count++) {
        const record = cursor.next() ?? (await cursor.later())
        if (record === undefined) break
        const handled = handleRecord(options, record, context)
        if (handled !== true && !(await handled)) return
        progress.advance(record.offset + 1)
        if (count % recordsPerLook === 0 && intake.isTurnDue) await intake.change()
        if (isOver()) return cursor.isVoid ? undefined : intake.putBack(partition)
      }
    } catch (error) {
      if (partition.mayRewind(progress)) intake.rewind(partition)
      throw error
    }
    if (!cursor.isVoid) progress.advance(nextOffset)
  }
}

/** For `eachBatch`. */
export function batchHandler<K, V>(
  intake: Intake,
  { eachBatch }: RunByBatch<K, V>,
  deserializers: Deserializers<K, V>,
): HandleChunk {
  return async (chunk) => {
    if (skipEmpty(chunk)) return
    const { partition, nextOffset } = chunk
    const { topic, partition: index, progress, signal } = partition
    const batch = handOutBatch(chunk, deserializers)
    try {
      await eachBatch(batch, { signal })
    } catch (cause) {
      if (signal.aborted) return
      if (partition.mayRewind(progress)) intake.rewind(partition)
      throw processingFailed(cause, topic, index, `the batch of offsets ${batch.firstOffset} to ${batch.lastOffset}`)
    }
    progress.advance(nextOffset)
  }
}
