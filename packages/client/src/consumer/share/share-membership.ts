import { type Decoded, shareGroupHeartbeatRequest, shareGroupHeartbeatResponse } from '@ottla/protocol'
import { backoffMs } from '../../connection/chance.ts'
import type { Cluster } from '../../connection/cluster.ts'
import { asOttlaError, type OttlaError, throwBrokerError } from '../../ottla-error.ts'
import { groupReaction } from '../membership/group-reaction.ts'
import { JoinPatience } from '../membership/join-patience.ts'
import { byName, type PartitionsById } from '../membership/topic-ids.ts'
import type { TopicPartition } from '../topic-partition.ts'

const joiningEpoch = 0
const leavingEpoch = -1

type Request = Decoded<typeof shareGroupHeartbeatRequest>

export interface ShareMembershipParts {
  readonly cluster: Cluster
  readonly groupId: string
  readonly memberId: string
  readonly rackId: string | null
  readonly topics: () => readonly string[]
  /** The partitions are these now. Several members may have one partition: nothing needs to be given up first. */
  readonly assigned: (partitions: readonly TopicPartition[]) => void
  readonly failed: (error: OttlaError) => void
}

/**
 * A member of a share group: heartbeats tell the broker that it lives and which topics it wants, and bring the partitions.
 *   joining   epoch 0.       answered -> steady
 *   steady    heartbeats at the broker's interval.   fenced -> joining
 */
export class ShareMembership {
  readonly #parts: ShareMembershipParts
  readonly #leaving = new AbortController()
  #epoch = joiningEpoch
  #toldTopics: string | undefined
  #intervalMs = 0
  readonly #patience = new JoinPatience()
  #target: PartitionsById = []
  #running: Promise<void> = Promise.resolve()
  #nudge = new AbortController()

  constructor(parts: ShareMembershipParts) {
    this.#parts = parts
  }

  start(): void {
    const stop = this.#parts.cluster.onMetadata(() => this.#adopt())
    this.#running = this.#run().finally(stop)
  }

  subscriptionChanged(): void {
    this.#nudge.abort()
  }

  async leave(timeoutMs: number): Promise<void> {
    this.#leaving.abort()
    this.#nudge.abort()
    await this.#running
    if (this.#epoch === joiningEpoch) return
    await this.#send({ memberEpoch: leavingEpoch }, timeoutMs).catch((error) => {
      this.#parts.cluster.log.write('warn', 'the share group was left without a goodbye', { err: error })
    })
  }

  async #run(): Promise<void> {
    const { cluster, failed, groupId } = this.#parts
    const { signal } = this.#leaving
    for (let failures = 0; !signal.aborted && !cluster.closed.aborted; ) {
      try {
        this.#nudge = new AbortController()
        await this.#heartbeat()
        failures = 0
        const untilMs = this.#patience.untilNextMs(this.#intervalMs, this.#target.length > 0)
        await cluster.wheel.sleep(untilMs, this.#nudge.signal).catch(() => {})
      } catch (error) {
        if (signal.aborted || cluster.closed.aborted) return
        const failure = asOttlaError(error, { group: groupId })
        if (!this.#react(failure)) return failed(failure)
        const { retryBackoffMs: firstMs, retryBackoffMaxMs: maxMs } = cluster.settings
        await cluster.wheel.sleep(backoffMs(cluster.runtime, failures++, { firstMs, maxMs }), signal).catch(() => {})
      }
    }
  }

  /** False: the membership is over. */
  #react(error: OttlaError): boolean {
    const { cluster, groupId } = this.#parts
    const reaction = groupReaction(error)
    this.#toldTopics = undefined
    cluster.log.write('debug', 'a member of a share group met an error', { reaction, err: error })
    if (reaction === 'coordinator') cluster.forgetCoordinator('group', groupId)
    if (reaction === 'fenced' || reaction === 'fail') {
      this.#epoch = joiningEpoch
      this.#patience.reset()
      this.#target = []
      this.#adopt()
    }
    return reaction !== 'fail'
  }

  async #heartbeat(): Promise<void> {
    const { topics, rackId, groupId } = this.#parts
    const wanted = [...topics()]
    const told = wanted.join()
    const isJoining = this.#epoch === joiningEpoch
    const response = await this.#send({
      memberEpoch: this.#epoch,
      rackId: isJoining ? rackId : null,
      subscribedTopicNames: this.#toldTopics === told ? null : wanted,
    })
    throwBrokerError(response.errorCode, response.errorMessage, { group: groupId })
    this.#toldTopics = told
    this.#epoch = response.memberEpoch
    this.#intervalMs = response.heartbeatIntervalMs
    if (response.assignment !== null) this.#target = response.assignment.topicPartitions
    this.#adopt()
  }

  /** Topics that the metadata does not know yet are looked for; a later change of the metadata comes here again. */
  #adopt(): void {
    const { cluster, topics, assigned } = this.#parts
    const { partitions, isComplete } = byName(cluster, this.#target, topics())
    if (!isComplete) cluster.refresh().catch(() => {})
    assigned(partitions)
  }

  async #send(body: Partial<Request>, timeoutMs?: number) {
    const { cluster, groupId, memberId } = this.#parts
    const coordinator = await cluster.coordinator('group', groupId)
    const options = { lane: 'group', ...(timeoutMs !== undefined && { timeoutMs }) } as const
    const whole = { groupId, memberId, ...body }
    return cluster.send(coordinator, shareGroupHeartbeatRequest, shareGroupHeartbeatResponse, whole, options)
  }
}
