import { consumerGroupHeartbeatRequest, consumerGroupHeartbeatResponse, type Decoded } from '@ottla/protocol'
import { backoffMs } from '../../connection/chance.ts'
import type { Cluster } from '../../connection/cluster.ts'
import { asOttlaError, type OttlaError, throwBrokerError } from '../../ottla-error.ts'
import { without } from '../topic-partition.ts'
import type { ClassicMembershipParts } from './classic-membership.ts'
import { groupReaction } from './group-reaction.ts'
import { JoinPatience } from './join-patience.ts'
import type { LeaveOptions, MemberIdentity, Membership, MembershipHost } from './membership.ts'
import { byId, byName, type PartitionsById } from './topic-ids.ts'

const joiningEpoch = 0
const leavingEpoch = -1
/** A static member that will come back. */
const awayEpoch = -2

type Request = Decoded<typeof consumerGroupHeartbeatRequest>
type Response = Decoded<typeof consumerGroupHeartbeatResponse>

/**
 * A member of a group whose broker assigns the partitions (KIP-848). All that is said goes with heartbeats:
 *
 *     member                                     broker
 *     epoch 0, topics                 ->
 *                                     <-         epoch 5, assignment { a: 0 1 }, next heartbeat in 5 s
 *     epoch 5, owns { a: 0 1 }        ->
 *                                     <-         epoch 6, assignment { a: 0 }           another has joined
 *     (a-1 is given up: handlers finish, offsets are committed)
 *     epoch 6, owns { a: 0 }          ->         a-1 is free for the other
 *
 *   joining   epoch 0.                                                  answered -> steady
 *   steady    heartbeats at the broker's interval, and at once when there is news: other topics, partitions given up
 *             or taken.                                                 fenced -> joining
 * The assignment is followed beside the heartbeats, one change after the other; handlers never hold heartbeats up.
 */
export class ConsumerGroupMembership implements Membership {
  readonly #cluster: Cluster
  readonly #settings: ClassicMembershipParts['settings']
  readonly #host: MembershipHost
  readonly #leaving = new AbortController()
  readonly #memberId: string
  #epoch = joiningEpoch
  #isMember = false
  #intervalMs = 0
  readonly #patience = new JoinPatience()
  #running: Promise<void> = Promise.resolve()
  #following: Promise<void> | undefined
  #target: PartitionsById | undefined
  /** Since then the target is another one than what is owned. */
  #rebalancingSinceMs: number | undefined
  /** What the broker has been told, as text; it is told again only what has changed. */
  #toldTopics: string | undefined
  #toldOwned: string | undefined
  #nudge: () => void = () => {}
  #isNudged = false

  constructor({ cluster, settings, host }: ClassicMembershipParts) {
    this.#cluster = cluster
    this.#settings = settings
    this.#host = host
    this.#memberId = Buffer.from(cluster.runtime.randomBytes(16)).toString('base64url')
  }

  get identity(): MemberIdentity | undefined {
    if (!this.#isMember) return undefined
    const groupInstanceId = this.#settings.groupInstanceId ?? null
    return { protocol: 'consumer', memberId: this.#memberId, epoch: this.#epoch, groupInstanceId }
  }

  start(): void {
    // An assignment may name topics that the metadata did not know yet.
    const stop = this.#cluster.onMetadata(() => this.#follow())
    this.#running = this.#run().finally(stop)
  }

  subscriptionChanged(): void {
    this.#wake()
  }

  async leave({ timeoutMs, tellGroup }: LeaveOptions): Promise<void> {
    this.#leaving.abort()
    await this.#running
    await this.#following
    await this.#host.revoke(this.#host.owned(), 'the consumer closes')
    const isStatic = this.#settings.groupInstanceId !== undefined
    if (this.#isMember && (tellGroup || isStatic))
      await this.#sayGoodbye(tellGroup ? leavingEpoch : awayEpoch, timeoutMs)
    this.#isMember = false
  }

  async #run(): Promise<void> {
    const { signal } = this.#leaving
    for (let failures = 0; !signal.aborted && !this.#cluster.closed.aborted; ) {
      try {
        await this.#heartbeat()
        failures = 0
        await this.#pause(this.#patience.untilNextMs(this.#intervalMs, (this.#target?.length ?? 0) > 0))
      } catch (error) {
        if (signal.aborted || this.#cluster.closed.aborted) return
        const failure = asOttlaError(error, { group: this.#settings.groupId })
        if (!(await this.#react(failure))) return
        const { retryBackoffMs: firstMs, retryBackoffMaxMs: maxMs } = this.#cluster.settings
        await this.#cluster.wheel
          .sleep(backoffMs(this.#cluster.runtime, failures++, { firstMs, maxMs }), signal)
          .catch(() => {})
      }
    }
  }

  /** False: the membership is over. */
  async #react(error: OttlaError): Promise<boolean> {
    const reaction = groupReaction(error)
    this.#cluster.log.write('debug', 'a group member met an error', { reaction, err: error })
    // The broker may have missed what it was told.
    this.#toldTopics = undefined
    this.#toldOwned = undefined
    if (reaction === 'coordinator') this.#cluster.forgetCoordinator('group', this.#settings.groupId)
    if (reaction === 'retry' || reaction === 'coordinator') return true
    this.#epoch = joiningEpoch
    this.#isMember = false
    this.#target = undefined
    this.#rebalancingSinceMs = undefined
    this.#patience.reset()
    await this.#host.lose(this.#host.owned(), error.message)
    if (reaction === 'fail') this.#host.ended(error)
    return reaction === 'fenced'
  }

  async #heartbeat(): Promise<void> {
    this.#isNudged = false
    const { groupId, rebalanceTimeoutMs, groupInstanceId = null, rackId = null, remoteAssignor = null } = this.#settings
    const subscribed = this.#host.topics()
    const owned = this.#epoch === joiningEpoch ? [] : byId(this.#cluster, this.#host.owned())
    const [topicsText, ownedText] = [subscribed.join(), JSON.stringify(owned)]
    // Whoever joins, and after an error, says everything.
    const saysAll = this.#toldTopics === undefined
    const response = await this.#send({
      groupId,
      memberId: this.#memberId,
      memberEpoch: this.#epoch,
      instanceId: groupInstanceId,
      ...(saysAll && { rebalanceTimeoutMs, rackId, serverAssignor: remoteAssignor }),
      subscribedTopicNames: this.#toldTopics === topicsText ? null : [...subscribed],
      topicPartitions: this.#toldOwned === ownedText ? null : owned,
    })
    throwBrokerError(response.errorCode, response.errorMessage, { group: groupId })
    this.#toldTopics = topicsText
    this.#toldOwned = ownedText
    this.#epoch = response.memberEpoch
    this.#isMember = true
    this.#intervalMs = response.heartbeatIntervalMs
    if (response.assignment !== null) this.#retarget(response.assignment.topicPartitions)
    this.#follow()
  }

  /**
   * The broker waits to be told what is owned after each new target, even if that was told before: partitions of a topic
   * that was deleted may have been given up before the broker took them away.
   */
  #retarget(target: PartitionsById): void {
    if (JSON.stringify(target) !== JSON.stringify(this.#target)) {
      this.#toldOwned = undefined
      this.#rebalancingSinceMs ??= this.#cluster.runtime.monotonic()
    }
    this.#target = target
  }

  async #send(body: Partial<Request>, timeoutMs?: number): Promise<Response> {
    const coordinator = await this.#cluster.coordinator('group', this.#settings.groupId)
    const options = { lane: 'group', ...(timeoutMs !== undefined && { timeoutMs }) } as const
    return this.#cluster.send(coordinator, consumerGroupHeartbeatRequest, consumerGroupHeartbeatResponse, body, options)
  }

  /** Follows the assignment, one change after the other. */
  #follow(): void {
    if (this.#following !== undefined || this.#target === undefined || this.#leaving.signal.aborted) return
    this.#following = this.#followTarget(this.#target)
      .catch((error) => this.#host.troubled(asOttlaError(error)))
      .then(() => {
        this.#following = undefined
      })
  }

  async #followTarget(target: PartitionsById): Promise<void> {
    const { partitions, isComplete } = byName(this.#cluster, target, this.#host.topics())
    const owned = this.#host.owned()
    const [revoked, added] = [without(owned, partitions), without(partitions, owned)]
    if (!isComplete) this.#cluster.refresh().catch(() => {})
    if (revoked.length > 0) {
      await this.#host.revoke(revoked, 'the group has given the partition to another member')
      this.#wake()
    }
    // Fenced, or told of other partitions, while handlers finished: what was read above is old.
    if (this.#target !== target) return queueMicrotask(() => this.#follow())
    if (added.length > 0) {
      await this.#host.assign(added)
      this.#wake()
    }
    if (this.#toldOwned === undefined) this.#wake()
    if (isComplete && this.#target === target) this.#rebalanced()
  }

  #rebalanced(): void {
    if (this.#rebalancingSinceMs === undefined) return
    this.#host.rebalanced(this.#cluster.runtime.monotonic() - this.#rebalancingSinceMs)
    this.#rebalancingSinceMs = undefined
  }

  #wake(): void {
    this.#isNudged = true
    this.#nudge()
  }

  /** Until the next heartbeat is due, or there is news. */
  #pause(ms: number): Promise<void> {
    if (this.#isNudged) return Promise.resolve()
    const { signal } = this.#leaving
    return new Promise((resolve) => {
      const over = () => {
        deadline.cancel()
        signal.removeEventListener('abort', over)
        resolve()
      }
      const deadline = this.#cluster.wheel.after(ms, over)
      signal.addEventListener('abort', over, { once: true })
      this.#nudge = over
    })
  }

  async #sayGoodbye(memberEpoch: number, timeoutMs: number): Promise<void> {
    const { groupId, groupInstanceId = null } = this.#settings
    const body = { groupId, memberId: this.#memberId, memberEpoch, instanceId: groupInstanceId }
    await this.#send(body, timeoutMs).catch((error) => {
      // Without a goodbye the group waits for the session time-out: no reason to hold up the application.
      this.#cluster.log.write('warn', 'the group was left without a goodbye', { err: error })
    })
  }
}
