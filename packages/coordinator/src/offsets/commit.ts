import { ErrorCode } from '@ottla/protocol'
import type { ClassicGroup } from '../group/classic-group.ts'
import { Turn } from '../group/turn.ts'
import { generationError, type MemberClaim } from '../group/validation.ts'
import type { GroupCoordinator } from '../group-coordinator.ts'
import { offsetRecord } from '../records.ts'
import type { Step } from '../step.ts'
import { offsetBytes, offsetValueOf } from './offset-store.ts'

export interface OffsetToCommit {
  readonly topic: string
  readonly topicId: string
  readonly partition: number
  readonly offset: number
  readonly leaderEpoch: number
  readonly metadata: string | null
}

export interface CommitCommand extends MemberClaim {
  readonly apiVersion: number
  readonly groupId: string
  /** Negative: not as a member (a consumer that was assigned its partitions by hand, or an administrator). */
  readonly generationId: number
  /** -1: the broker's retention. */
  readonly retentionTimeMs: number
  readonly offsets: readonly OffsetToCommit[]
}

/** From this version on, clients expect to be told that a group does not exist. */
const groupIdNotFoundSince = 9
const maxStringBytes = 0x7fff

/** Returns an error code for each offset, in their order. */
export function commitOffsets(coordinator: GroupCoordinator, commit: CommitCommand, step: Step): number[] {
  const group = coordinator.groups.get(commit.groupId)
  const refused = group === undefined ? errorWithoutGroup(commit) : commitError(group, commit)
  if (refused !== ErrorCode.NONE) return commit.offsets.map(() => refused)
  if (group !== undefined) extendSession(new Turn(group, step, coordinator), commit)
  const { wallMs } = step.now
  let { freeBytes } = coordinator
  return commit.offsets.map((offset) => {
    const metadata = offset.metadata ?? ''
    if (isTooLong(metadata, coordinator.settings.offsetMetadataMaxBytes)) return ErrorCode.OFFSET_METADATA_TOO_LARGE
    const before = coordinator.offsets.get(commit.groupId, offset.topic, offset.partition)
    const more = offsetBytes({ metadata }) - offsetBytes(before)
    if (more > 0 && more > freeBytes) return ErrorCode.INVALID_COMMIT_OFFSET_SIZE
    freeBytes -= more
    const value = offsetValueOf({
      offset: offset.offset,
      leaderEpoch: offset.leaderEpoch,
      metadata,
      commitTimestampMs: wallMs,
      expireTimestampMs: commit.retentionTimeMs < 0 ? -1 : wallMs + commit.retentionTimeMs,
      topicId: offset.topicId,
    })
    const { topic, partition } = offset
    coordinator.emit(offsetRecord({ group: commit.groupId, topic, partition }, value), step)
    return ErrorCode.NONE
  })
}

/** The limit counts characters, as Kafka does. Whatever it is, a record's string has no room for more than 32 KiB. */
const isTooLong = (metadata: string, limit: number) =>
  metadata.length > limit || Buffer.byteLength(metadata) > maxStringBytes

function errorWithoutGroup(commit: CommitCommand): number {
  if (commit.generationId < 0) return ErrorCode.NONE
  return commit.apiVersion >= groupIdNotFoundSince ? ErrorCode.GROUP_ID_NOT_FOUND : ErrorCode.ILLEGAL_GENERATION
}

function commitError(group: ClassicGroup, commit: CommitCommand): number {
  if (commit.generationId < 0 && group.state === 'Empty') return ErrorCode.NONE
  const asMember = commit.generationId >= 0 || commit.memberId !== '' || commit.groupInstanceId !== null
  // While a group has members, the partitions are theirs.
  if (!asMember) return ErrorCode.UNKNOWN_MEMBER_ID
  const error = generationError(group, commit)
  if (error !== ErrorCode.NONE) return error
  // The member knows of the new generation and not yet of its partitions: what it commits was the former generation's.
  return group.state === 'CompletingRebalance' ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE
}

/** Who commits is alive. */
function extendSession(turn: Turn, commit: CommitCommand): void {
  const member = turn.group.members.get(commit.memberId)
  if (member !== undefined) turn.extendSession(member)
}
