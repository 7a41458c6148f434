import { ErrorCode, type GroupMetadataValue, type Partially } from '@ottla/protocol'
import type { LogLevel } from '@ottla/runtime'
import type { CoordinatorRecord } from '../coordinator-log.ts'
import { groupRecord } from '../records.ts'
import type { GroupSettings } from '../settings.ts'
import type { Step } from '../step.ts'
import type { ClassicGroup } from './classic-group.ts'
import type { JoinResponse, Member, SyncResponse } from './member.ts'

/** What the turns of all groups of a coordinator share. */
export interface Emitter {
  readonly settings: GroupSettings
  /** How much more the groups of this broker may take. */
  readonly freeBytes: number
  emit(record: CoordinatorRecord, step: Step): void
}

/** One command at work on one group. */
export class Turn {
  readonly group: ClassicGroup
  readonly step: Step
  readonly #emitter: Emitter

  constructor(group: ClassicGroup, step: Step, emitter: Emitter) {
    this.group = group
    this.step = step
    this.#emitter = emitter
  }

  get settings(): GroupSettings {
    return this.#emitter.settings
  }

  get freeBytes(): number {
    return this.#emitter.freeBytes
  }

  get nowMs(): number {
    return this.step.now.monotonicMs
  }

  /** Writes the group down as it is, with these assignments. It is Stable then; with no members, Empty. */
  record(assignmentOf: (member: Member) => Uint8Array): void {
    const { group } = this
    const value: Partially<GroupMetadataValue> = {
      protocolType: group.protocolType ?? '',
      generation: group.generation,
      protocol: group.protocolName,
      leader: group.leaderId,
      currentStateTimestamp: this.step.now.wallMs,
      members: [...group.members.values()].map((member) => ({
        ...member.identity,
        rebalanceTimeout: member.membership.rebalanceTimeoutMs,
        sessionTimeout: member.membership.sessionTimeoutMs,
        subscription: member.metadataFor(group.protocolName),
        assignment: assignmentOf(member),
      })),
    }
    this.#emitter.emit(groupRecord(group.id, value), this.step)
  }

  answerJoin(member: Member, response: JoinResponse): void {
    const ticket = this.group.unparkJoin(member)
    if (ticket !== undefined) this.step.answer(ticket, response)
  }

  answerSync(member: Member, response: SyncResponse): void {
    const ticket = member.awaitingSync
    if (ticket === undefined) return
    member.awaitingSync = undefined
    this.step.answer(ticket, response)
  }

  /** Takes a member out and answers whatever it waits for. What this means for the others is for the caller to say. */
  remove(member: Member): void {
    this.answerJoin(member, { memberId: '', errorCode: ErrorCode.UNKNOWN_MEMBER_ID })
    this.answerSync(member, { errorCode: ErrorCode.UNKNOWN_MEMBER_ID })
    this.group.remove(member)
  }

  /** The member has been heard: its session begins anew. */
  extendSession(member: Member, timeoutMs = member.membership.sessionTimeoutMs): void {
    member.sessionDeadlineMs = this.nowMs + timeoutMs
    this.wakeBy(member.sessionDeadlineMs)
  }

  /**
   * Asks to be woken at a time or before. There is one wake-up per group, not one per member: it comes at the earliest
   * time at which something may have to be done, and where heartbeats have moved that, it only looks for the next.
   */
  wakeBy(atMs: number): void {
    if (atMs >= this.group.wakeAtMs) return
    this.group.wakeAtMs = atMs
    this.step.wakes.push({ key: this.group.id, atMs })
  }

  /** A line for the log. */
  note(level: LogLevel, message: string, fields: Readonly<Record<string, unknown>> = {}): void {
    const { id, generation, state } = this.group
    this.step.note(level, message, { group: id, generation, state, ...fields })
  }
}
