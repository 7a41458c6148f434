import { AdminRequests } from '../../admin/admin-requests.ts'
import type { Cluster } from '../../connection/cluster.ts'
import type { ConnectedCluster } from '../connected-cluster.ts'
import { KafkaJSAggregateError, KafkaJSProtocolError } from '../errors.ts'
import { Final, mayRetry } from '../retrier.ts'
import { translated } from '../translated-error.ts'
import type { Logger } from '../types/logging.ts'

export const defaultTimeoutMs = 5_000

/** What the calls of an admin have in common. */
export class AdminCalls {
  readonly cluster: ConnectedCluster
  readonly logger: Logger

  constructor(cluster: ConnectedCluster, logger: Logger) {
    this.cluster = cluster
    this.logger = logger
  }

  /** Tries again when the cluster is in the way, or after an error of the broker that is among `retried`. */
  call<T>(what: string, retried: readonly string[], attempt: (requests: AdminRequests) => Promise<T>): Promise<T> {
    return this.cluster.retrying(async (cluster) => {
      try {
        return await attempt(this.requests(cluster))
      } catch (error) {
        if (error instanceof Final) throw error
        const why = translated(error)
        const isAnswer = why instanceof KafkaJSProtocolError || why instanceof KafkaJSAggregateError || !mayRetry(why)
        if (isAnswer && !retried.includes((why as KafkaJSProtocolError).type)) throw new Final(why)
        this.logger.warn(`Could not ${what}`, { error: why.message })
        if (!cluster.closed.aborted) await cluster.refresh().catch(() => {})
        throw why
      }
    })
  }

  requests(cluster: Cluster): AdminRequests {
    return new AdminRequests(cluster, cluster.settings.requestTimeoutMs)
  }
}
