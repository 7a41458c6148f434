import type { ConnectionMetrics } from '../../connection/connection-metrics.ts'

/** What a share consumer has done since it was made; counts only grow. */
export interface ShareConsumerMetrics {
  readonly groupId: string
  readonly fetchRequests: number
  readonly fetchFailures: number
  /** Records that were locked for this member, whether they were handed out or not. */
  readonly recordsAcquired: number
  /** Decisions, of the application or by default. */
  readonly accepted: number
  readonly released: number
  readonly rejected: number
  readonly renewed: number
  /** Decisions that a broker has not taken: those records are handed out again. */
  readonly decisionsRefused: number
  /** Fetched and not handed out. */
  readonly bufferedRecords: number
  /** Handed out and not decided. */
  readonly undecidedRecords: number
  readonly assignedPartitions: number
  readonly connections: ConnectionMetrics
}

/** The counts, as the parts of a share consumer raise them. */
export class ShareCounts {
  fetchRequests = 0
  fetchFailures = 0
  recordsAcquired = 0
  accepted = 0
  released = 0
  rejected = 0
  renewed = 0
  decisionsRefused = 0
}
