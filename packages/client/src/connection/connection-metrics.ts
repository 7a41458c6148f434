/** What the connections of a client have done; counts only grow. */
export interface ConnectionMetrics {
  /** Connections that are open now. */
  readonly open: number
  readonly opened: number
  /** Attempts to connect that have failed, TLS and login included. */
  readonly failed: number
  /** Connections that were lost: closed by the broker or the network, or given up because a request took too long. */
  readonly lost: number
  readonly requests: number
  readonly bytesSent: number
  readonly bytesReceived: number
  /** Attempts that have failed and were made again. Batches that are sent again count for their producer. */
  readonly retries: number
  /** Answers that a broker held back because a quota was exceeded, and for how long in all. */
  readonly throttled: number
  readonly throttledMs: number
}

/** The counts, as the connections raise them. */
export class ConnectionCounts {
  open = 0
  opened = 0
  failed = 0
  lost = 0
  requests = 0
  bytesSent = 0
  bytesReceived = 0
  retries = 0
  throttled = 0
  throttledMs = 0
}
