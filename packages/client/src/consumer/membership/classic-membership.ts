import {
  type Decoded,
  ErrorCode,
  heartbeatRequest,
  heartbeatResponse,
  joinGroupRequest,
  joinGroupResponse,
  leaveGroupRequest,
  leaveGroupResponse,
  type Message,
  type Partially,
  syncGroupRequest,
  syncGroupResponse,
} from '@ottla/protocol'
import { backoffMs } from '../../connection/chance.ts'
import type { Cluster, RequestOptions } from '../../connection/cluster.ts'
import { unlessAborted } from '../../connection/retry.ts'
import { asOttlaError, OttlaError, throwBrokerError } from '../../ottla-error.ts'
import type { Assignor, WireAssignor } from '../assignor/assignor.ts'
import type { ConsumerSettings } from '../consumer-options.ts'
import type { ConsumerWatch } from '../consumer-watch.ts'
import { byTopic, flattened, noPartitions, type TopicPartition, without } from '../topic-partition.ts'
import { classicReaction } from './classic-reaction.ts'
import { decodeAssignment, encodeSubscription } from './consumer-protocol.ts'
import { countsOf, leaderAssignment, wireAssignment } from './leader-assignment.ts'
import type { LeaveOptions, MemberIdentity, Membership, MembershipHost } from './membership.ts'

const protocolType = 'consumer'
const noGeneration = -1
/** The broker answers a JoinGroup when all have joined, or the rebalance time-out is over: it has to come through, too. */
const joinGraceMs = 5_000

type Joined = Decoded<typeof joinGroupResponse>

export interface ClassicMembershipParts {
  readonly cluster: Cluster
  readonly settings: ConsumerSettings & { readonly groupId: string }
  readonly host: MembershipHost
  readonly watch?: ConsumerWatch | undefined
}

/**
 * A member of a classic group.
 *   outside     not a member, or not of the current generation.   -> preparing
 *   preparing   gives up what must be given up before joining: all partitions if the assignor is eager.  -> joining
 *   joining     waits for the other members.                      joined -> syncing
 *   syncing     the leader assigns; waits for the assignment.     assigned -> adopting
 *   adopting    gives up what was taken away, takes what is new.  gave some up -> preparing; else -> stable
 *   stable      works.      the group rebalances, other topics, other partition counts -> preparing
 * An error leads from each of them to where `classicReaction` says. Heartbeats run from adopting to preparing, on their
 * own: however long a handler takes, the group knows that this member is alive.
 */
export class ClassicMembership implements Membership {
  readonly #cluster: Cluster
  readonly #settings: ClassicMembershipParts['settings']
  readonly #host: MembershipHost
  readonly #watch: ConsumerWatch | undefined
  /** Aborted when this member is to leave. */
  readonly #leaving = new AbortController()
  #running: Promise<void> = Promise.resolve()
  #memberId = ''
  #generationId = noGeneration
  #state: 'outside' | 'preparing' | 'joining' | 'syncing' | 'adopting' | 'stable' = 'outside'
  #heartbeats: AbortController | undefined
  /** Why the group is to rebalance, or undefined. An error has a reaction of its own. */
  #unrest: string | OttlaError | undefined
  #wakeUp: () => void = () => {}
  /** As leader: what the assignment was based on. */
  #assignedCounts: ReadonlyMap<string, number> = new Map()
  /** Since then it tries to join. */
  #joiningSinceMs: number | undefined
  #failures = 0

  constructor({ cluster, settings, host, watch }: ClassicMembershipParts) {
    this.#cluster = cluster
    this.#settings = settings
    this.#host = host
    this.#watch = watch
  }

  get identity(): MemberIdentity | undefined {
    if (this.#generationId === noGeneration) return undefined
    const groupInstanceId = this.#settings.groupInstanceId ?? null
    return { protocol: 'classic', memberId: this.#memberId, epoch: this.#generationId, groupInstanceId }
  }

  get state(): string {
    return this.#state
  }

  start(): void {
    const stop = this.#cluster.onMetadata(() => this.#comparePartitionCounts())
    this.#running = this.#run().finally(() => {
      stop()
      this.#heartbeats?.abort()
    })
  }

  subscriptionChanged(): void {
    if (this.#state !== 'outside') this.#disturb('the subscription has changed')
  }

  async leave({ timeoutMs, tellGroup }: LeaveOptions): Promise<void> {
    this.#leaving.abort()
    this.#wakeUp()
    await this.#running
    await this.#host.revoke(this.#host.owned(), 'the consumer closes')
    this.#heartbeats?.abort()
    if (tellGroup && this.#memberId !== '') await this.#sendLeave(timeoutMs)
    this.#toOutside()
  }

  async #run(): Promise<void> {
    const { signal } = this.#leaving
    while (!signal.aborted) {
      try {
        await this.#prepare()
        const beginMs = this.#cluster.runtime.monotonic()
        this.#joiningSinceMs ??= beginMs
        const joined = await unlessAborted(this.#join(), signal)
        const bytes = await unlessAborted(this.#sync(joined), signal)
        const assigned = flattened(bytes.length === 0 ? noPartitions : decodeAssignment(bytes))
        await this.#adopt(assigned)
        this.#failures = 0
        const { memberId, generationId, leader: leaderId, protocolName } = joined
        const nowMs = this.#cluster.runtime.monotonic()
        const durationMs = nowMs - beginMs
        this.#watch?.joined?.({ memberId, generationId, leaderId, protocol: protocolName ?? '', assigned, durationMs })
        this.#host.rebalanced(nowMs - this.#joiningSinceMs)
        this.#joiningSinceMs = undefined
        await this.#untilUnrest()
      } catch (error) {
        if (signal.aborted || this.#cluster.closed.aborted) return
        if (!(await this.#react(asOttlaError(error, { group: this.#settings.groupId })))) return
      }
    }
  }

  /** False: the membership is over. */
  async #react(error: OttlaError): Promise<boolean> {
    const reaction = classicReaction(error)
    this.#cluster.log.write('debug', 'a group member met an error', {
      reaction,
      state: this.#state,
      err: error,
    })
    if (reaction === 'coordinator') this.#cluster.forgetCoordinator('group', this.#settings.groupId)
    if (reaction === 'expelled' || reaction === 'forgotten' || reaction === 'fail') {
      if (reaction === 'forgotten') this.#memberId = ''
      this.#toOutside()
      await this.#host.lose(this.#host.owned(), error.message)
    }
    if (reaction === 'fail') {
      this.#host.ended(error)
      return false
    }
    // What comes at once for the first time needs no pause.
    if (reaction !== 'retry' && reaction !== 'coordinator' && this.#failures++ === 0) return true
    await this.#pause()
    return !this.#leaving.signal.aborted
  }

  async #pause(): Promise<void> {
    const { retryBackoffMs, retryBackoffMaxMs } = this.#cluster.settings
    const backoff = { firstMs: retryBackoffMs, maxMs: retryBackoffMaxMs }
    const pauseMs = backoffMs(this.#cluster.runtime, this.#failures++, backoff)
    await this.#cluster.wheel.sleep(pauseMs, this.#leaving.signal).catch(() => {})
  }

  async #prepare(): Promise<void> {
    this.#state = 'preparing'
    const isEager = this.#settings.assignors.some((assignor) => assignor.protocol === 'eager')
    if (isEager) await this.#host.revoke(this.#host.owned(), 'the group rebalances')
    this.#heartbeats?.abort()
    this.#unrest = undefined
  }

  async #join(): Promise<Joined> {
    this.#state = 'joining'
    const { sessionTimeoutMs, rebalanceTimeoutMs, assignors, groupInstanceId = null } = this.#settings
    const body = {
      sessionTimeoutMs,
      rebalanceTimeoutMs,
      memberId: this.#memberId,
      groupInstanceId,
      protocolType,
      protocols: assignors.map((assignor) => ({ name: assignor.name, metadata: this.#subscription(assignor) })),
    }
    const timeoutMs = Math.max(this.#cluster.settings.requestTimeoutMs, rebalanceTimeoutMs + joinGraceMs)
    const joined = await this.#send(joinGroupRequest, joinGroupResponse, body, { timeoutMs })
    if (joined.errorCode === ErrorCode.MEMBER_ID_REQUIRED) {
      this.#memberId = joined.memberId
      return this.#join()
    }
    throwBrokerError(joined.errorCode, undefined, { group: this.#settings.groupId })
    this.#memberId = joined.memberId
    this.#generationId = joined.generationId
    return joined
  }

  #subscription(assignor: Assignor | WireAssignor): Uint8Array {
    if ('subscription' in assignor) return assignor.subscription(this.#host.topics())
    const { rackId = null } = this.#settings
    const userData = assignor.userData?.({ generationId: this.#generationId }) ?? null
    const ownedPartitions = byTopic(this.#host.owned())
    return encodeSubscription({
      topics: this.#host.topics(),
      ownedPartitions,
      generationId: this.#generationId,
      rackId,
      userData,
    })
  }

  async #sync(joined: Joined): Promise<Buffer> {
    this.#state = 'syncing'
    const isLeader = joined.leader === joined.memberId
    this.#assignedCounts = isLeader ? countsOf(this.#cluster, this.#host.topics()) : new Map()
    // A static leader that comes back need not assign anew (KIP-814).
    const assignments = isLeader && !joined.skipAssignment ? await this.#assignAsLeader(joined) : []
    const synced = await this.#send(syncGroupRequest, syncGroupResponse, {
      ...this.#memberFields(),
      protocolType,
      protocolName: joined.protocolName,
      assignments,
    })
    throwBrokerError(synced.errorCode, undefined, { group: this.#settings.groupId })
    return synced.assignment as Buffer
  }

  async #assignAsLeader(joined: Joined) {
    const assignor = this.#settings.assignors.find(({ name }) => name === joined.protocolName)
    if (assignor === undefined) {
      const message = `the group has chosen the assignor ${joined.protocolName}, which this member does not have`
      throw new OttlaError('INCONSISTENT_GROUP_PROTOCOL', { message, group: this.#settings.groupId })
    }
    const { assignments, partitionCounts } =
      'assignments' in assignor
        ? await wireAssignment(this.#cluster, assignor, joined, this.#host.topics())
        : await leaderAssignment(this.#cluster, assignor, joined)
    this.#assignedCounts = partitionCounts
    return assignments
  }

  async #adopt(all: readonly TopicPartition[]): Promise<void> {
    this.#state = 'adopting'
    this.#beat()
    // A leader that looks at its own topics only may give partitions of topics that this member has not asked for.
    const topics = new Set(this.#host.topics())
    const assigned = all.filter(({ topic }) => topics.has(topic))
    const owned = this.#host.owned()
    const revoked = without(owned, assigned)
    if (revoked.length > 0) {
      await this.#host.revoke(revoked, 'the group has given the partition to another member')
      this.#disturb('partitions were given up')
    }
    await this.#host.assign(without(assigned, owned))
    this.#state = 'stable'
  }

  async #untilUnrest(): Promise<void> {
    while (this.#unrest === undefined && !this.#leaving.signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wakeUp = resolve
      })
    }
    if (this.#unrest !== undefined) this.#watch?.rebalancing?.()
    if (this.#unrest instanceof OttlaError) throw this.#unrest
  }

  #disturb(unrest: string | OttlaError): void {
    // An error says more than a wish.
    if (this.#unrest === undefined || unrest instanceof OttlaError) this.#unrest = unrest
    this.#wakeUp()
  }

  #comparePartitionCounts(): void {
    if (this.#state !== 'stable' || this.#assignedCounts.size === 0) return
    const counts = countsOf(this.#cluster, this.#assignedCounts.keys())
    const differs = [...counts].some(([topic, count]) => count !== this.#assignedCounts.get(topic))
    if (differs) this.#disturb('topics have other partitions than before')
  }

  #beat(): void {
    this.#heartbeats?.abort()
    const beating = new AbortController()
    this.#heartbeats = beating
    void this.#beatUntil(beating.signal)
  }

  async #beatUntil(signal: AbortSignal): Promise<void> {
    const { heartbeatIntervalMs, sessionTimeoutMs, groupId } = this.#settings
    const pause = (ms: number) => this.#cluster.wheel.sleep(ms, signal).catch(() => {})
    for (let pauseMs = heartbeatIntervalMs; ; ) {
      await pause(pauseMs)
      if (signal.aborted || this.#cluster.closed.aborted) return
      pauseMs = heartbeatIntervalMs
      try {
        const options = { timeoutMs: sessionTimeoutMs }
        const answer = await this.#send(heartbeatRequest, heartbeatResponse, this.#memberFields(), options)
        if (signal.aborted) return
        throwBrokerError(answer.errorCode, undefined, { group: groupId })
        this.#watch?.heartbeatAnswered?.()
      } catch (error) {
        if (signal.aborted) return
        const failure = asOttlaError(error, { group: groupId })
        const reaction = classicReaction(failure)
        if (reaction === 'coordinator') this.#cluster.forgetCoordinator('group', groupId)
        if (reaction === 'coordinator' || reaction === 'retry') {
          pauseMs = Math.min(heartbeatIntervalMs, this.#cluster.settings.retryBackoffMs)
          continue
        }
        if (reaction === 'rejoin') this.#disturb('the group rebalances')
        else return this.#disturb(failure)
      }
    }
  }

  #memberFields() {
    const groupInstanceId = this.#settings.groupInstanceId ?? null
    return { memberId: this.#memberId, generationId: this.#generationId, groupInstanceId }
  }

  async #send<Q extends Message<any>, R extends Message<any>>(
    request: Q,
    response: R,
    body: Partially<Decoded<Q>>,
    { timeoutMs, lane = 'group' }: RequestOptions = {},
  ): Promise<Decoded<R>> {
    const { groupId } = this.#settings
    const coordinator = await this.#cluster.coordinator('group', groupId)
    const whole = { ...(body as object), groupId } as Partially<Decoded<Q>>
    const options = { lane, ...(timeoutMs !== undefined && { timeoutMs }) } as const
    return this.#cluster.send(coordinator, request, response, whole, options)
  }

  async #sendLeave(timeoutMs: number): Promise<void> {
    const groupInstanceId = this.#settings.groupInstanceId ?? null
    const members = [{ memberId: this.#memberId, groupInstanceId, reason: 'the consumer closes' }]
    const body = { memberId: this.#memberId, members }
    const late = this.#cluster.wheel.sleep(timeoutMs, this.#cluster.closed)
    // On a connection of its own: a join that waits for other members may be under way on the group's.
    const leaving = this.#send(leaveGroupRequest, leaveGroupResponse, body, { timeoutMs, lane: 'main' })
    // Without a goodbye the group waits for the session time-out: no reason to hold up the application.
    await Promise.race([leaving, late]).catch((error) => {
      this.#cluster.log.write('warn', 'the group was left without a goodbye', { err: error })
    })
  }

  #toOutside(): void {
    this.#state = 'outside'
    this.#generationId = noGeneration
    this.#heartbeats?.abort()
  }
}
