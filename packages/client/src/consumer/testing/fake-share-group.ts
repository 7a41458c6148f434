import {
  type Decoded,
  ErrorCode,
  findCoordinatorRequest,
  findCoordinatorResponse,
  shareAcknowledgeRequest,
  shareAcknowledgeResponse,
  shareFetchRequest,
  shareFetchResponse,
  shareGroupHeartbeatRequest,
  shareGroupHeartbeatResponse,
} from '@ottla/protocol'
import type { Timer } from '@ottla/runtime'
import type { FakeBroker } from '../../testing/fake-broker.ts'
import type { FakeCluster, FakePartition, FakeTopic } from '../../testing/fake-cluster.ts'
import { batchesFrom } from './fake-fetches.ts'

type AckBatch = { readonly firstOffset: number; readonly lastOffset: number; readonly acknowledgeTypes: number[] }
type AckedTopics = readonly {
  readonly topicId: string
  readonly partitions: readonly { readonly partitionIndex: number; readonly acknowledgementBatches: AckBatch[] }[]
}[]

/** What became of one record. */
interface RecordState {
  holder: string | undefined
  lockedUntilMs: number
  deliveryCount: number
  isDone: boolean
}

interface ShareSession {
  epoch: number
  readonly partitions: Set<number>
}

const lockMs = 3_000
const sessionMs = 6_000
const heartbeatIntervalMs = 500
const [accept, release, renew] = [1, 2, 4]

/** One share group that reads one topic (KIP-932), with no limit to the deliveries of a record. */
export class FakeShareGroup {
  /** Called when a record is accepted, before it counts. */
  onAccept: (partition: number, offset: number) => void = () => {}
  coordinator = 1
  readonly #cluster: FakeCluster
  readonly #topic: FakeTopic
  readonly #members = new Map<string, { epoch: number; session: Timer }>()
  /** By broker and member: they are lost when the broker is. */
  readonly #sessions = new Map<string, ShareSession>()
  readonly #states = new Map<FakePartition, RecordState[]>()
  #epoch = 0
  #awayUntilMs = 0

  constructor(cluster: FakeCluster, topic: FakeTopic) {
    this.#cluster = cluster
    this.#topic = topic
    for (const broker of cluster.brokers) this.#serve(broker)
  }

  get openCount(): number {
    return this.#topic.partitions.reduce((sum, each) => sum + this.#statesOf(each).filter((s) => !s.isDone).length, 0)
  }

  moveCoordinator(): void {
    const { brokers, runtime } = this.#cluster
    this.coordinator = brokers[runtime.chance.integer(brokers.length)]!.id
  }

  loseCoordinator(ms: number): void {
    this.#awayUntilMs = this.#cluster.runtime.monotonic() + ms
  }

  expelMember(): void {
    const ids = [...this.#members.keys()]
    if (ids.length > 0) this.#remove(ids[this.#cluster.runtime.chance.integer(ids.length)]!)
  }

  /** As after a restart: the sessions there are gone; what was locked in them is free. */
  forgetSessions(brokerId: number): void {
    for (const key of [...this.#sessions.keys()]) if (key.startsWith(`${brokerId} `)) this.#endSession(key)
  }

  #serve(broker: FakeBroker): void {
    broker
      .on(findCoordinatorRequest, findCoordinatorResponse, ({ coordinatorKeys }) => this.#found(coordinatorKeys))
      .on(shareGroupHeartbeatRequest, shareGroupHeartbeatResponse, (body) => this.#heartbeat(broker.id, body))
      .on(shareFetchRequest, shareFetchResponse, (body) => this.#fetch(broker.id, body) as Promise<any>)
      .on(shareAcknowledgeRequest, shareAcknowledgeResponse, (body) => this.#acknowledge(broker.id, body))
  }

  get #isAway(): boolean {
    return this.#cluster.runtime.monotonic() < this.#awayUntilMs
  }

  #found(keys: readonly string[]) {
    const { id, address } = this.#cluster.brokers.find((broker) => broker.id === this.coordinator)!
    const found = this.#isAway
      ? { errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE, nodeId: -1, host: '', port: -1 }
      : { errorCode: ErrorCode.NONE, nodeId: id, host: address.host, port: address.port }
    return { ...found, coordinators: keys.map((key) => ({ key, ...found })) }
  }

  #heartbeat(brokerId: number, { memberId, memberEpoch }: Decoded<typeof shareGroupHeartbeatRequest>) {
    if (this.#isAway || brokerId !== this.coordinator) return { errorCode: ErrorCode.NOT_COORDINATOR }
    if (memberEpoch < 0) {
      this.#remove(memberId!)
      return { memberId, memberEpoch }
    }
    const known = this.#members.get(memberId!)
    if (known === undefined && memberEpoch > 0) return { errorCode: ErrorCode.UNKNOWN_MEMBER_ID }
    if (known !== undefined && memberEpoch > known.epoch) return { errorCode: ErrorCode.FENCED_MEMBER_EPOCH }
    known?.session.cancel()
    if (known === undefined) this.#epoch++
    const session = this.#cluster.runtime.timer(sessionMs, () => this.#remove(memberId!))
    this.#members.set(memberId!, { epoch: this.#epoch, session })
    const partitions = this.#topic.partitions.map((_, index) => index)
    const assignment = { topicPartitions: [{ topicId: this.#topic.id, partitions }] }
    return { memberId, memberEpoch: this.#epoch, heartbeatIntervalMs, assignment }
  }

  #remove(memberId: string): void {
    this.#members.get(memberId)?.session.cancel()
    this.#members.delete(memberId)
  }

  async #fetch(brokerId: number, request: Decoded<typeof shareFetchRequest>) {
    const member = request.memberId!
    const session = this.#sessionOf(brokerId, member, request.shareSessionEpoch)
    if (typeof session === 'number') return { errorCode: session }
    const refused = this.#settle(member, request.topics as AckedTopics)
    for (const { partitions } of request.topics)
      for (const { partitionIndex } of partitions) session.partitions.add(partitionIndex)
    for (const { partitions } of request.forgottenTopicsData)
      for (const partition of partitions) session.partitions.delete(partition)
    let answers = this.#acquireAll(brokerId, member, session, request.maxRecords)
    if (answers.length === 0 && refused.size === 0) {
      await this.#cluster.runtime.sleep(request.maxWaitMs)
      answers = this.#acquireAll(brokerId, member, session, request.maxRecords)
    }
    for (const [partitionIndex, acknowledgeErrorCode] of refused) {
      const answer = answers.find((each) => each.partitionIndex === partitionIndex)
      if (answer !== undefined) Object.assign(answer, { acknowledgeErrorCode })
      else answers.push({ partitionIndex, acknowledgeErrorCode })
    }
    const responses = [{ topicId: this.#topic.id, partitions: answers }]
    return { acquisitionLockTimeoutMs: lockMs, responses, nodeEndpoints: this.#cluster.endpoints }
  }

  #acknowledge(brokerId: number, request: Decoded<typeof shareAcknowledgeRequest>) {
    const member = request.memberId!
    const isClosing = request.shareSessionEpoch === -1
    const key = `${brokerId} ${member}`
    const session = isClosing ? this.#sessions.get(key) : this.#sessionOf(brokerId, member, request.shareSessionEpoch)
    if (session === undefined) return { errorCode: ErrorCode.SHARE_SESSION_NOT_FOUND }
    if (typeof session === 'number') return { errorCode: session }
    const refused = this.#settle(member, request.topics as AckedTopics)
    if (isClosing) this.#endSession(key)
    const partitions = [...refused].map(([partitionIndex, errorCode]) => ({ partitionIndex, errorCode }))
    return { acquisitionLockTimeoutMs: lockMs, responses: [{ topicId: this.#topic.id, partitions }] }
  }

  #sessionOf(brokerId: number, member: string, epoch: number): ShareSession | number {
    const key = `${brokerId} ${member}`
    if (epoch === 0) {
      this.#endSession(key)
      const session = { epoch: 1, partitions: new Set<number>() }
      this.#sessions.set(key, session)
      return session
    }
    const session = this.#sessions.get(key)
    if (session === undefined) return ErrorCode.SHARE_SESSION_NOT_FOUND
    if (session.epoch !== epoch) return ErrorCode.INVALID_SHARE_SESSION_EPOCH
    session.epoch++
    return session
  }

  #endSession(key: string): void {
    const [brokerId, member] = key.split(' ')
    if (!this.#sessions.delete(key)) return
    for (const partition of this.#topic.partitions)
      if (partition.leader === Number(brokerId))
        for (const state of this.#statesOf(partition)) if (state.holder === member) state.holder = undefined
  }

  /** By partition, the error of those whose decisions came too late. */
  #settle(member: string, topics: AckedTopics): Map<number, number> {
    const refused = new Map<number, number>()
    for (const { partitions } of topics)
      for (const { partitionIndex, acknowledgementBatches } of partitions)
        for (const { firstOffset, lastOffset, acknowledgeTypes } of acknowledgementBatches)
          for (let offset = firstOffset; offset <= lastOffset; offset++) {
            const type = acknowledgeTypes[acknowledgeTypes.length === 1 ? 0 : offset - firstOffset]!
            if (!this.#decide(member, partitionIndex, offset, type))
              refused.set(partitionIndex, ErrorCode.INVALID_RECORD_STATE)
          }
    return refused
  }

  #decide(member: string, partition: number, offset: number, type: number): boolean {
    const state = this.#statesOf(this.#topic.partitions[partition]!)[offset]
    const nowMs = this.#cluster.runtime.monotonic()
    if (state === undefined || state.isDone || state.holder !== member || state.lockedUntilMs <= nowMs) return false
    if (type === renew) {
      state.lockedUntilMs = nowMs + lockMs
      return true
    }
    state.holder = undefined
    if (type === release) return true
    if (type === accept) this.onAccept(partition, offset)
    state.isDone = true
    return true
  }

  #acquireAll(brokerId: number, member: string, session: ShareSession, maxRecords: number) {
    const answers: Record<string, unknown>[] = []
    let left = maxRecords
    for (const index of session.partitions) {
      const partition = this.#topic.partitions[index]!
      if (partition.leader !== brokerId) {
        answers.push({ partitionIndex: index, ...this.#cluster.notLeader(partition) })
        continue
      }
      const offsets = this.#acquire(member, partition, left)
      if (offsets.length === 0) continue
      left -= offsets.length
      const acquiredRecords = offsets.map((offset) => {
        const { deliveryCount } = this.#statesOf(partition)[offset]!
        return { firstOffset: offset, lastOffset: offset, deliveryCount }
      })
      const [fetchOffset, endOffset] = [offsets[0]!, offsets.at(-1)! + 1]
      const { records } = batchesFrom(partition, { fetchOffset, maxBytes: Infinity }, endOffset, Infinity)
      answers.push({ partitionIndex: index, records, acquiredRecords })
    }
    return answers
  }

  #acquire(member: string, partition: FakePartition, most: number): number[] {
    const nowMs = this.#cluster.runtime.monotonic()
    const offsets: number[] = []
    this.#statesOf(partition).forEach((state, offset) => {
      const isFree = !state.isDone && (state.holder === undefined || state.lockedUntilMs <= nowMs)
      if (!isFree || offsets.length >= most) return
      state.holder = member
      state.lockedUntilMs = nowMs + lockMs
      state.deliveryCount++
      offsets.push(offset)
    })
    return offsets
  }

  #statesOf(partition: FakePartition): RecordState[] {
    let states = this.#states.get(partition)
    if (states === undefined) {
      states = []
      this.#states.set(partition, states)
    }
    while (states.length < partition.log.records.length)
      states.push({ holder: undefined, lockedUntilMs: 0, deliveryCount: 0, isDone: false })
    return states
  }
}
