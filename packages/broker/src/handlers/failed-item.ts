import { ErrorCode, KafkaError } from '@ottla/protocol'
import type { RequestContext } from '../handler.ts'

/** Code and message of what failed for one item of a request. What is not Kafka's error is the disk's: it is logged. */
export function failedItem(error: unknown, { runtime }: RequestContext) {
  if (error instanceof KafkaError) return { errorCode: error.code, errorMessage: error.message }
  runtime.log.write('error', 'an administrative request failed', { err: error })
  const reason = error instanceof Error ? error.message : String(error)
  return { errorCode: ErrorCode.KAFKA_STORAGE_ERROR, errorMessage: `The broker could not store the change: ${reason}` }
}

/** What occurs more than once. */
export function duplicatesOf<T>(items: Iterable<T>): ReadonlySet<T> {
  const seen = new Set<T>()
  const duplicates = new Set<T>()
  for (const item of items) {
    if (seen.has(item)) duplicates.add(item)
    seen.add(item)
  }
  return duplicates
}

/** As in Kafka. What one request makes the broker do has a limit, whatever it may hold all told. */
const maxPartitionsPerRequest = 10_000

export function checkPartitionsOfRequest(counts: readonly number[]): void {
  const count = counts.reduce((sum, partitions) => sum + Math.max(0, partitions), 0)
  if (count <= maxPartitionsPerRequest) return
  throw new KafkaError(
    'POLICY_VIOLATION',
    `${count} partitions are too many for one request; ask for ${maxPartitionsPerRequest} at most at a time.`,
  )
}
