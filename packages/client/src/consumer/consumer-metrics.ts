import type { ConnectionMetrics } from '../connection/connection-metrics.ts'

/** What a consumer has done since it was made; counts only grow. */
export interface ConsumerMetrics {
  /** Undefined without a group. */
  readonly groupId: string | undefined
  readonly fetchRequests: number
  readonly fetchFailures: number
  /** Of record batches, as they were sent. */
  readonly fetchedBytes: number
  /** As many as the headers of their batches claim; compaction may have removed some. */
  readonly fetchedRecords: number
  /** Fetched and not handed out. */
  readonly bufferedBytes: number
  readonly commits: number
  readonly commitFailures: number
  /** Partitions that came, that were given up, and that were lost to others. */
  readonly partitionsAssigned: number
  readonly partitionsRevoked: number
  readonly partitionsLost: number
  /** Partitions that are assigned now. */
  readonly assignedPartitions: number
  /** Times that it came to its partitions, by a join or by a new assignment. */
  readonly rebalances: number
  /** How long that took in all: from the first request to join, or the new assignment, until all of it was adopted. */
  readonly rebalanceMs: number
  /** How long it has been there. */
  readonly openMs: number
  /** How long of that somebody waited for records, and there were none. The rest is the application's time. */
  readonly waitedMs: number
  /** Since when nobody has asked for records; 0 while somebody waits for some. Undefined before the first time, and at the end. */
  readonly sincePollMs: number | undefined
  /** Over all partitions of which it is known; undefined before the first fetch. */
  readonly lag: number | undefined
  readonly connections: ConnectionMetrics
}

/** The counts, as the parts of a consumer raise them. */
export class ConsumerCounts {
  fetchRequests = 0
  fetchFailures = 0
  fetchedBytes = 0
  fetchedRecords = 0
  commits = 0
  commitFailures = 0
  partitionsAssigned = 0
  partitionsRevoked = 0
  partitionsLost = 0
  rebalances = 0
  rebalanceMs = 0
}
