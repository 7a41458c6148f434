import type { GroupMetadataValue } from '@ottla/protocol'
import type { Ticket } from '../step.ts'
import { type JoinResponse, Member, type Membership } from './member.ts'
import { consumerProtocolType, subscribedTopics } from './subscription.ts'

/**
 * What a classic group is at. A group that was deleted is not there; clients are told `Dead`.
 *
 *   Empty                no members; its offsets stay.         join -> PreparingRebalance
 *   PreparingRebalance   waits for its members to rejoin.      all here, or time is up -> CompletingRebalance;
 *                                                              nobody left -> Empty
 *   CompletingRebalance  waits for the leader's assignment.    assignment -> Stable;
 *                                                              join, leave, expiry -> PreparingRebalance
 *   Stable               members work.                         join, leave, expiry -> PreparingRebalance
 *
 * Empty and Stable are reached by a record (`replay`), so these two survive a crash. A rebalance is of the moment: after
 * a crash in the midst of one the group is in its last generation again, and its members find out and rejoin.
 */
export type ClassicGroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable'

/** A client that was given a member id to come back with (KIP-394), and did not yet. */
export interface PendingJoin {
  readonly deadlineMs: number
  readonly connectionId: number
}

/** The first rebalance of an empty group gathers members for a while, and longer as long as more come. */
export interface InitialDelay {
  readonly delayMs: number
  readonly remainingMs: number
  membersCame: boolean
}

export class ClassicGroup {
  readonly id: string
  state: ClassicGroupState = 'Empty'
  generation = 0
  protocolType: string | null = null
  protocolName: string | null = null
  leaderId: string | null = null
  /** When the group became empty or stable, wall clock; undefined if records do not tell. */
  recordedAtMs: number | undefined
  /** The value of the newest record of this group; undefined: it has none. */
  recorded: Uint8Array | undefined

  readonly members = new Map<string, Member>()
  readonly pendingJoins = new Map<string, PendingJoin>()
  /** Members of this generation that have not asked for their assignment yet. */
  readonly pendingSyncs = new Set<string>()
  /** Of the generation; undefined: not known. */
  subscribed: ReadonlySet<string> | undefined
  initialDelay: InitialDelay | undefined
  /** Monotonic: the end of the time to rejoin, and of the time to ask for an assignment. */
  joinDeadlineMs = Infinity
  syncDeadlineMs = Infinity
  /** When the shell was asked to wake this group; see `Turn.wakeBy`. */
  wakeAtMs = Infinity

  readonly #memberIdsByInstance = new Map<string, string>()
  #awaitingJoinCount = 0

  constructor(id: string) {
    this.id = id
  }

  get isConsumers(): boolean {
    return this.protocolType === consumerProtocolType
  }

  get awaitingJoinCount(): number {
    return this.#awaitingJoinCount
  }

  /** Nobody is left to wait for. */
  get allJoined(): boolean {
    return this.members.size === this.#awaitingJoinCount && this.pendingJoins.size === 0
  }

  /** The longest of its members'. */
  get rebalanceTimeoutMs(): number {
    let longest = 0
    for (const { membership } of this.members.values()) longest = Math.max(longest, membership.rebalanceTimeoutMs)
    return longest
  }

  memberIdOf(groupInstanceId: string): string | undefined {
    return this.#memberIdsByInstance.get(groupInstanceId)
  }

  add(member: Member): void {
    this.leaderId ??= member.id
    this.members.set(member.id, member)
    if (member.identity.groupInstanceId !== null)
      this.#memberIdsByInstance.set(member.identity.groupInstanceId, member.id)
    this.pendingJoins.delete(member.id)
  }

  remove(member: Member): void {
    this.unparkJoin(member)
    this.members.delete(member.id)
    this.pendingSyncs.delete(member.id)
    const { groupInstanceId } = member.identity
    if (groupInstanceId !== null && this.memberIdOf(groupInstanceId) === member.id)
      this.#memberIdsByInstance.delete(groupInstanceId)
    if (this.leaderId === member.id) this.leaderId = this.members.keys().next().value ?? null
  }

  parkJoin(member: Member, ticket: Ticket<JoinResponse>): void {
    if (member.awaitingJoin === undefined) this.#awaitingJoinCount++
    member.awaitingJoin = ticket
  }

  unparkJoin(member: Member): Ticket<JoinResponse> | undefined {
    const ticket = member.awaitingJoin
    if (ticket === undefined) return undefined
    member.awaitingJoin = undefined
    this.#awaitingJoinCount--
    return ticket
  }

  /** Whether the group's consumers read a topic. When in doubt, they do: its offsets are not deleted. */
  isSubscribedTo(topic: string): boolean {
    return this.subscribed === undefined ? this.isConsumers : this.subscribed.has(topic)
  }

  updateSubscribed(): void {
    this.subscribed = subscribedTopics(this.members.values(), { type: this.protocolType, name: this.protocolName })
  }

  /**
   * Applies a record: the one way to Empty and Stable, when it is emitted and at recovery alike. Members that are known
   * keep what is not in records: who waits, and their other protocols, if they agree with the record.
   */
  replay(value: GroupMetadataValue, recorded: Uint8Array): void {
    this.recorded = recorded
    this.generation = value.generation
    this.protocolType = value.protocolType === '' ? null : value.protocolType
    this.protocolName = value.protocol
    this.recordedAtMs = value.currentStateTimestamp < 0 ? undefined : value.currentStateTimestamp
    const recordedIds = new Set(value.members.map((member) => member.memberId))
    for (const member of [...this.members.values()]) if (!recordedIds.has(member.id)) this.remove(member)
    for (const recordedMember of value.members) this.#replayMember(recordedMember, value.protocol)
    this.leaderId = value.leader
    this.state = this.members.size === 0 ? 'Empty' : 'Stable'
    this.joinDeadlineMs = Infinity
    this.initialDelay = undefined
    this.updateSubscribed()
  }

  #replayMember(recorded: RecordedMember, protocolName: string | null): void {
    const membership = membershipOf(recorded, protocolName)
    let member = this.members.get(recorded.memberId)
    if (member === undefined) {
      const { memberId, groupInstanceId, clientId, clientHost } = recorded
      member = new Member({ memberId, groupInstanceId, clientId, clientHost }, membership)
      this.add(member)
    } else if (!member.hasMembership(membership)) {
      member.membership = membership
    }
    member.assignment = recorded.assignment
  }
}

type RecordedMember = GroupMetadataValue['members'][number]

const membershipOf = (recorded: RecordedMember, protocolName: string | null): Membership => ({
  protocols: [{ name: protocolName ?? '', metadata: recorded.subscription }],
  sessionTimeoutMs: recorded.sessionTimeout,
  rebalanceTimeoutMs: recorded.rebalanceTimeout < 0 ? recorded.sessionTimeout : recorded.rebalanceTimeout,
})
