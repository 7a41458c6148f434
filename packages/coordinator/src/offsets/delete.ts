import { ErrorCode } from '@ottla/protocol'
import type { GroupCoordinator } from '../group-coordinator.ts'
import { groupRecord, offsetRecord } from '../records.ts'
import type { Step } from '../step.ts'

export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/** Deletes offsets of topics that the group does not read now (KIP-496). Returns an error for all, or one for each. */
export function deleteOffsets(
  coordinator: GroupCoordinator,
  { groupId, partitions }: { readonly groupId: string; readonly partitions: readonly TopicPartition[] },
  step: Step,
): { errorCode: number; partitions: number[] } {
  const group = coordinator.groups.get(groupId)
  if (group === undefined) return { errorCode: ErrorCode.GROUP_ID_NOT_FOUND, partitions: [] }
  // Of members that are not consumers, nobody knows what they read.
  if (group.state !== 'Empty' && !group.isConsumers) return { errorCode: ErrorCode.NON_EMPTY_GROUP, partitions: [] }
  const codes = partitions.map(({ topic, partition }) => {
    if (group.isSubscribedTo(topic)) return ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC
    if (coordinator.offsets.get(groupId, topic, partition) !== undefined)
      coordinator.emit(offsetRecord({ group: groupId, topic, partition }, null), step)
    return ErrorCode.NONE
  })
  return { errorCode: ErrorCode.NONE, partitions: codes }
}

/** Deletes a group that has no members, with all its offsets (KIP-229). Returns an error code. */
export function deleteGroup(coordinator: GroupCoordinator, groupId: string, step: Step): number {
  const group = coordinator.groups.get(groupId)
  if (group === undefined) return ErrorCode.GROUP_ID_NOT_FOUND
  if (group.state !== 'Empty') return ErrorCode.NON_EMPTY_GROUP
  for (const { topic, partition } of [...coordinator.offsets.of(groupId)])
    coordinator.emit(offsetRecord({ group: groupId, topic, partition }, null), step)
  coordinator.emit(groupRecord(groupId, null), step)
  return ErrorCode.NONE
}

/** A topic was deleted: what groups had read of it means nothing for a later topic of that name. */
export function deleteOffsetsOfTopic(coordinator: GroupCoordinator, topic: string, step: Step): void {
  for (const groupId of [...coordinator.groups.keys()]) {
    for (const { partition } of [...coordinator.offsets.ofTopic(groupId, topic)])
      coordinator.emit(offsetRecord({ group: groupId, topic, partition }, null), step)
  }
}
