/** What the connections of a client have done; counts only grow. */
export interface ConnectionMetrics {
  /** Connections that are open now. */
  readonly open: number
  /** Connections that were opened, TLS and login included. */
  readonly opened: number
  /** Attempts to connect that have failed, TLS and login included. */
  readonly failed: number
  /** Connections that were lost: closed by the broker or the network, or given up because a request took too long. */
  readonly lost: number
  /** Requests of all kinds, answered or not. */
  readonly requests: number
  /** Bytes of requests, before TLS. */
  readonly bytesSent: number
  /** Bytes of answers, after TLS. */
  readonly bytesReceived: number
  /** Attempts that have failed and were made again. Batches that are sent again count for their producer. */
  readonly retries: number
  /** Answers that a broker held back because a quota was exceeded. */
  readonly throttled: number
  /** For how long it has held them back, in all. */
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
