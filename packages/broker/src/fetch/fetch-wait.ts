import { ErrorCode } from '@ottla/protocol'
import type { RequestContext } from '../handler.ts'
import { availableBytes, type FetchTarget, type Isolation } from './fetch-target.ts'

/** May a fetch be answered now? As Kafka: with enough bytes, or with anything that the client should know at once. */
export const isAnswerable = (targets: readonly FetchTarget[], minBytes: number): boolean => {
  let bytes = 0
  for (const target of targets) {
    if (target.errorCode !== ErrorCode.NONE || target.divergingEpoch !== undefined) return true
    bytes += target.availableBytes
  }
  return bytes >= minBytes
}

/**
 * Resolves when there are `minBytes` to read, when the log of a target changed in a way that the client should hear of,
 * when time is up, or when the connection is gone. Costs nothing while nothing changes.
 */
export function waitForBytes(
  targets: readonly FetchTarget[],
  wait: { readonly minBytes: number; readonly maxWaitMs: number; readonly isolation: Isolation },
  context: RequestContext,
): Promise<void> {
  return new Promise((resolve) => {
    const removals: (() => void)[] = []
    let bytes = targets.reduce((sum, target) => sum + target.availableBytes, 0)
    let ending = false
    const end = () => {
      timer.cancel()
      for (const remove of removals.splice(0)) remove()
      resolve()
    }
    // One group commit moves many partitions, one after the other. The answer shall have all of them.
    const endSoon = () => {
      if (ending) return
      ending = true
      queueMicrotask(end)
    }
    const timer = context.runtime.timer(wait.maxWaitMs, end)
    removals.push(context.connection.onClose(end), context.server.onWake(end))
    for (const target of targets) {
      const { partition, wanted } = target
      if (partition === undefined) continue
      const changed = () => {
        if (wanted.fetchOffset < partition.logStartOffset) return endSoon()
        const available = availableBytes(partition, wanted, wait.isolation)
        bytes += available - target.availableBytes
        target.availableBytes = available
        if (bytes >= wait.minBytes) endSoon()
      }
      removals.push(partition.onChange(changed))
    }
  })
}
