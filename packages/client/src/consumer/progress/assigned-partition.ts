import type { TopicPartition } from '../topic-partition.ts'
import { OffsetProgress } from './offset-progress.ts'

/**
 * What must be found out before a partition can be fetched.
 *   committed   the offset that the group has committed.     found -> nothing; none -> reset
 *   reset       the offset by `autoOffsetReset`.             found -> nothing
 *   validate    whether the log still has what came before the position, under a new leader (KIP-320).
 *               it has -> nothing; it was cut -> nothing, at the cut
 *   nothing     it is being fetched.                         out of range -> reset; new leader -> validate
 * A seek leads from each of them to nothing.
 */
export type Missing = 'committed' | 'reset' | 'validate' | 'nothing'

/** What a group has committed for a partition. */
export interface CommittedOffset {
  /** Of the next record to be read. */
  readonly offset: number
  /** -1: not known. */
  readonly leaderEpoch: number
  readonly metadata: string
}

/**
 * A partition that this consumer reads.
 *
 *     offsets   | processed | handed out | buffered | in the log |
 *                           ^            ^position  ^fetchOffset ^highWatermark
 *                           ^progress.processed
 */
export class AssignedPartition implements TopicPartition {
  readonly topic: string
  readonly partition: number
  missing: Missing
  /** Id of the topic whose offsets the position and the progress are, as soon as it is known (KIP-516). */
  topicId: string | undefined
  /** Why the position is to be found anew, for who is asked to find it. */
  whyLost = 'no offset is committed'
  /** Next offset to be handed out. */
  position = -1
  /** Next offset to be fetched. */
  fetchOffset = -1
  /** Leader epoch of what lies before `fetchOffset`, or -1. */
  offsetEpoch = -1
  /** Leader epoch under which the position is known to be valid, or -1. */
  validatedEpoch = -1
  progress = new OffsetProgress(-1)
  /** Leader epoch of what was handed out last, or -1; commits carry it. */
  processedEpoch = -1
  /** What this consumer has committed, or has found committed. */
  committed: CommittedOffset | undefined
  /** -1 until the first answer tells. */
  highWatermark = -1
  lastStableOffset = -1
  logStartOffset = -1
  isPaused = false
  /** It is being taken away: nothing more is handed out. */
  isLeaving = false
  /** A replica nearby that the leader has sent us to (KIP-392). */
  preferredReplica: { readonly brokerId: number; readonly untilMs: number } | undefined
  /** After an error it rests until then. */
  restsUntilMs = 0
  failures = 0
  /** Rises with each jump of the position: what was fetched before is void. */
  turn = 0
  readonly #taken = new AbortController()
  #formerTopicIds: ReadonlySet<string> = new Set()
  #busyCount = 0
  #whenIdle: (() => void)[] = []

  constructor({ topic, partition }: TopicPartition, missing: Missing) {
    this.topic = topic
    this.partition = partition
    this.missing = missing
  }

  /** Fires when the partition is taken away, or the consumer closes. */
  get signal(): AbortSignal {
    return this.#taken.signal
  }

  get isReady(): boolean {
    return this.missing === 'nothing' && !this.isLeaving
  }

  /** Records behind the end of what can be read, or undefined before that is known. */
  lag(isolationLevel: 'read_committed' | 'read_uncommitted'): number | undefined {
    const end = isolationLevel === 'read_committed' ? this.lastStableOffset : this.highWatermark
    return end < 0 || this.position < 0 ? undefined : Math.max(0, end - this.position)
  }

  moveTo(offset: number, leaderEpoch = -1): void {
    this.turn++
    this.missing = 'nothing'
    this.position = offset
    this.fetchOffset = offset
    this.offsetEpoch = leaderEpoch
    this.processedEpoch = leaderEpoch
    this.validatedEpoch = -1
    this.progress = new OffsetProgress(offset)
    this.restsUntilMs = 0
  }

  /**
   * What was handed out under this progress may be handed out again. Not after a jump elsewhere; a pause, which only
   * drops what was fetched ahead, is none.
   */
  mayRewind(progress: OffsetProgress): boolean {
    const isHere = this.missing === 'nothing' || this.missing === 'validate'
    return this.progress === progress && isHere && !this.isLeaving
  }

  /** What was fetched and not handed out is to be fetched again. */
  refetch(): void {
    this.turn++
    this.fetchOffset = this.position
  }

  /** The position is to be found anew. */
  lose(missing: Missing, why = this.whyLost): void {
    this.turn++
    this.missing = missing
    this.whyLost = why
  }

  /** Whether this id says that the topic is another one by now. One that was left may still be told by a broker that lags. */
  isRecreatedAs(topicId: string): boolean {
    return this.topicId !== undefined && this.topicId !== topicId && !this.#formerTopicIds.has(topicId)
  }

  /** The topic was deleted and created again: nothing that is known of the old one counts for the new one. */
  recreated(topicId: string, missing: Missing): void {
    this.lose(missing, `the topic was deleted and created again since offset ${this.position} was to be read`)
    this.#formerTopicIds = new Set([...this.#formerTopicIds, this.topicId!])
    this.topicId = topicId
    this.position = -1
    this.fetchOffset = -1
    this.progress = new OffsetProgress(-1)
    this.committed = undefined
    this.highWatermark = -1
    this.lastStableOffset = -1
    this.logStartOffset = -1
    this.preferredReplica = undefined
    this.restsUntilMs = 0
  }

  /** The offset to commit, if there is news. */
  uncommitted(): number | undefined {
    const { processed } = this.progress
    return processed >= 0 && processed !== this.committed?.offset ? processed : undefined
  }

  enter(): void {
    this.#busyCount++
  }

  leave(): void {
    // Once for each record: nothing is made when nobody waits.
    if (--this.#busyCount > 0 || this.#whenIdle.length === 0) return
    const waiting = this.#whenIdle
    this.#whenIdle = []
    for (const idle of waiting) idle()
  }

  /** Settles when no handler works on the partition. */
  idle(): Promise<void> {
    return this.#busyCount === 0 ? Promise.resolve() : new Promise((resolve) => this.#whenIdle.push(resolve))
  }

  takeAway(reason: unknown): void {
    this.isLeaving = true
    this.turn++
    this.#taken.abort(reason)
  }
}
