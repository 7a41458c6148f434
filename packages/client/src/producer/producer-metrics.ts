/** What a producer has done so far, and how it stands. */
export interface ProducerMetrics {
  readonly recordsDelivered: number
  readonly recordsFailed: number
  /** Requests to brokers. */
  readonly requests: number
  readonly batchesDelivered: number
  /** Batches that were sent again, whatever the reason. */
  readonly batchesRetried: number
  /** Batches that a broker found too large. */
  readonly batchesSplit: number
  /** Of delivered batches, before compression. */
  readonly bytesDelivered: number
  /** Of records that are not delivered yet. */
  readonly bufferedBytes: number
}

/** The counts, as the parts of a producer raise them. */
export class ProducerCounts {
  recordsDelivered = 0
  recordsFailed = 0
  requests = 0
  batchesDelivered = 0
  batchesRetried = 0
  batchesSplit = 0
  bytesDelivered = 0
}
