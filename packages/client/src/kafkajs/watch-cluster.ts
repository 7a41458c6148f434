import type { Cluster } from '../connection/cluster.ts'
import { Pauses, type RetrySettings } from './retrier.ts'
import { translated } from './translated-error.ts'

const shortestIntervalMs = 20

/** Calls `lost` when the cluster cannot be reached for as long as the configuration has patience; until it is closed. */
export async function watchCluster(
  cluster: Cluster,
  retry: RetrySettings,
  lost: (error: Error) => void,
): Promise<void> {
  const { counts } = cluster.watch
  const intervalMs = Math.max(retry.initialRetryTime, shortestIntervalMs)
  for (let failed = counts.failed; !cluster.closed.aborted; failed = counts.failed) {
    await cluster.wheel.sleep(intervalMs, cluster.closed).catch(() => {})
    // While no connection fails, there is nothing to ask.
    const error = counts.failed === failed ? undefined : await unreachable(cluster, retry)
    if (error !== undefined && !cluster.closed.aborted) lost(error)
  }
}

/** Why it cannot be reached, after all retries; undefined if it can. */
async function unreachable(cluster: Cluster, retry: RetrySettings): Promise<Error | undefined> {
  const pauses = new Pauses(retry, cluster.runtime)
  for (;;) {
    try {
      await cluster.refresh()
      return undefined
    } catch (error) {
      try {
        await cluster.wheel.sleep(pauses.after(translated(error)), cluster.closed)
      } catch (last) {
        return last as Error
      }
    }
  }
}
