import type { ClassicGroup } from '../group/classic-group.ts'
import type { GroupCoordinator } from '../group-coordinator.ts'
import { groupRecord, offsetRecord } from '../records.ts'
import type { Step } from '../step.ts'
import type { CommittedOffset } from './offset-store.ts'

/**
 * Deletes what has not been of use for `offsets.retention.minutes`, by Kafka's rules (KIP-211):
 *
 *   a group without members        all its offsets, counted from when it became empty
 *   consumers at work              offsets of topics that none of them reads, counted from the commit
 *   offsets without a group        counted from the commit
 *   a group in rebalance, or of members that are not consumers: none
 *
 * An empty group without offsets goes as well.
 */
export function expireOffsets(coordinator: GroupCoordinator, step: Step): void {
  for (const group of [...coordinator.groups.values()]) {
    if (expireOffsetsOf(coordinator, group, step) && isUnused(group))
      coordinator.emit(groupRecord(group.id, null), step)
  }
}

const isUnused = (group: ClassicGroup) =>
  group.state === 'Empty' && group.recorded !== undefined && group.pendingJoins.size === 0

/** Returns whether none is left. */
function expireOffsetsOf(coordinator: GroupCoordinator, group: ClassicGroup, step: Step): boolean {
  if (!coordinator.offsets.has(group.id)) return true
  const since = retentionStart(group)
  if (since === undefined) return false
  const { wallMs } = step.now
  const { offsetsRetentionMs } = coordinator.settings
  for (const { topic, partition, committed } of [...coordinator.offsets.of(group.id)]) {
    if (group.isSubscribedTo(topic)) continue
    const { expireTimestampMs } = committed
    const expiresAtMs = expireTimestampMs === -1 ? since(committed) + offsetsRetentionMs : expireTimestampMs
    if (expiresAtMs <= wallMs) coordinator.emit(offsetRecord({ group: group.id, topic, partition }, null), step)
  }
  return !coordinator.offsets.has(group.id)
}

function retentionStart(group: ClassicGroup): ((committed: CommittedOffset) => number) | undefined {
  if (group.protocolType === null) return (committed) => committed.commitTimestampMs
  if (group.state === 'Empty') return (committed) => group.recordedAtMs ?? committed.commitTimestampMs
  if (group.state === 'Stable' && group.subscribed !== undefined) return (committed) => committed.commitTimestampMs
  return undefined
}
