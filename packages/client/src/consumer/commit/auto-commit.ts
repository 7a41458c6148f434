import type { Cluster } from '../../connection/cluster.ts'
import { asOttlaError, type OttlaError } from '../../ottla-error.ts'
import { isRebalance } from '../membership/rebalance-errors.ts'
import type { Assignment } from '../progress/assignment.ts'
import type { Committer } from './committer.ts'

export interface AutoCommitParts {
  readonly cluster: Cluster
  readonly assignment: Assignment
  readonly committer: Committer
  readonly intervalMs: number
  /** The application must know. */
  readonly failed: (error: OttlaError) => void
}

/** Commits what was processed from time to time, until `signal` fires. What fails is tried again with the next interval. */
export async function autoCommit(parts: AutoCommitParts, signal: AbortSignal): Promise<void> {
  const { cluster, assignment, committer, intervalMs, failed } = parts
  while (!signal.aborted) {
    await cluster.wheel.sleep(intervalMs, signal).catch(() => {})
    if (signal.aborted) return
    try {
      await committer.commitProcessed(assignment.all(), Math.max(intervalMs, cluster.settings.requestTimeoutMs))
    } catch (error) {
      const failure = asOttlaError(error)
      if (signal.aborted || cluster.closed.aborted) return
      cluster.log.write('warn', 'offsets were not committed', { err: failure })
      // What is committed when the partitions are given up counts.
      if (!failure.retriable && !isRebalance(failure)) failed(failure)
    }
  }
}
