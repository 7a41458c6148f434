import { ErrorCode } from '@ottla/protocol'
import type { ReadResult } from '@ottla/storage'
import { errorCodeOf } from '../error-code.ts'
import type { RequestContext } from '../handler.ts'
import type { FetchTarget, Isolation } from './fetch-target.ts'

/** What a fetch answers for one partition. */
export interface FetchedPartition {
  readonly target: FetchTarget
  readonly errorCode: number
  readonly batches: readonly Uint8Array[]
  readonly bytes: number
  readonly highWatermark: number
  readonly lastStableOffset: number
  readonly logStartOffset: number
  readonly abortedTransactions: ReadResult['abortedTransactions'] | null
}

/**
 * Reads the targets in order until `maxBytes` are there. The first batch found is read even if it is larger, so that
 * every consumer gets on (KIP-74).
 */
export async function readTargets(
  targets: readonly FetchTarget[],
  limits: { readonly maxBytes: number; readonly isolation: Isolation },
  context: RequestContext,
): Promise<FetchedPartition[]> {
  const fetched: FetchedPartition[] = []
  let leftBytes = limits.maxBytes
  let nothingYet = true
  for (const target of targets) {
    const { availableBytes } = target
    if (availableBytes === 0 || (leftBytes <= 0 && !nothingYet)) {
      fetched.push(withoutRecords(target))
      continue
    }
    const maxBytes = Math.max(0, Math.min(target.wanted.maxBytes, leftBytes))
    const read = await readTarget(
      target,
      { maxBytes, atLeastOneBatch: nothingYet, isolation: limits.isolation },
      context,
    )
    if (read.bytes > 0) nothingYet = false
    leftBytes -= read.bytes
    fetched.push(read)
  }
  return fetched
}

async function readTarget(
  target: FetchTarget,
  options: { maxBytes: number; atLeastOneBatch: boolean; isolation: Isolation },
  context: RequestContext,
): Promise<FetchedPartition> {
  const partition = target.partition!
  try {
    const reading = partition.read({ from: target.wanted.fetchOffset, ...options })
    const { abortedTransactions, ...result } = reading instanceof Promise ? await reading : reading
    return {
      target,
      errorCode: ErrorCode.NONE,
      ...result,
      abortedTransactions: options.isolation === 'read_committed' ? abortedTransactions : null,
    }
  } catch (error) {
    return failed(target, errorCodeOf(error, context, `reading ${partition.id.topic}-${partition.id.partition}`))
  }
}

function withoutRecords(target: FetchTarget): FetchedPartition {
  const { partition, errorCode } = target
  if (errorCode !== ErrorCode.NONE || partition === undefined) return failed(target, errorCode)
  const { highWatermark, lastStableOffset, logStartOffset } = partition
  return {
    target,
    errorCode,
    batches: [],
    bytes: 0,
    highWatermark,
    lastStableOffset,
    logStartOffset,
    abortedTransactions: null,
  }
}

const failed = (target: FetchTarget, errorCode: number): FetchedPartition => ({
  target,
  errorCode,
  batches: [],
  bytes: 0,
  highWatermark: -1,
  lastStableOffset: -1,
  logStartOffset: -1,
  // As Kafka, which makes these two answers in two places.
  abortedTransactions: target.partition === undefined ? [] : null,
})
