import {
  consumerGroupHeartbeatRequest,
  consumerGroupHeartbeatResponse,
  ErrorCode,
  fetchRequest,
  fetchResponse,
  findCoordinatorRequest,
  findCoordinatorResponse,
  heartbeatRequest,
  heartbeatResponse,
  joinGroupRequest,
  joinGroupResponse,
  leaveGroupRequest,
  leaveGroupResponse,
  listOffsetsRequest,
  listOffsetsResponse,
  offsetCommitRequest,
  offsetCommitResponse,
  offsetFetchRequest,
  offsetFetchResponse,
  syncGroupRequest,
  syncGroupResponse,
} from '@ottla/protocol'
import type { FakeBroker } from '../../testing/fake-broker.ts'
import { FakeCluster, type FakeTopic } from '../../testing/fake-cluster.ts'
import type { SimulatedRuntime } from '../../testing/simulated-runtime.ts'
import { FakeAssigningGroup } from './fake-assigning-group.ts'
import { FakeFetches } from './fake-fetches.ts'
import { FakeGroup } from './fake-group.ts'
import { FakeOffsets } from './fake-offsets.ts'

/** A simulated cluster with all that consumers of one group need; the group is a classic one, or its broker assigns. */
export class FakeConsumerCluster extends FakeCluster {
  readonly offsets = new FakeOffsets(this.topics)
  readonly classic: FakeGroup
  readonly assigning: FakeAssigningGroup
  readonly fetches: Map<number, FakeFetches>
  /** Broker id. */
  coordinator = 1
  #awayUntilMs = 0

  constructor(runtime: SimulatedRuntime, brokerCount = 1) {
    super(runtime, brokerCount)
    this.classic = new FakeGroup(runtime, this.offsets)
    this.assigning = new FakeAssigningGroup(runtime, this.offsets, () => this.topics.values())
    this.fetches = new Map(this.brokers.map(({ id }) => [id, new FakeFetches(this, id)]))
    for (const broker of this.brokers) this.#serve(broker)
  }

  /** No broker answers for the group for a while. */
  loseCoordinator(ms: number): void {
    this.#awayUntilMs = this.runtime.monotonic() + ms
    this.classic.interrupt()
  }

  /** As when somebody removes it from the group, or its session is over. */
  expelMember(): void {
    this.classic.expel()
    this.assigning.expel()
  }

  /** As when a broker has more sessions than it keeps. */
  forgetFetchSessions(): void {
    for (const each of this.fetches.values()) each.forgetSessions()
  }

  /** So many of the partitions that are fetched are answered with errors for a while. */
  failFetches(share: number, ms: number): void {
    for (const each of this.fetches.values()) each.fetchesFail = share
    this.runtime.timer(ms, () => {
      for (const each of this.fetches.values()) each.fetchesFail = 0
    })
  }

  override recreateTopic(topic: FakeTopic): void {
    super.recreateTopic(topic)
    this.offsets.topicDeleted(topic.name)
  }

  moveCoordinator(): void {
    this.coordinator = this.brokers[this.runtime.chance.integer(this.brokers.length)]!.id
    this.classic.interrupt()
  }

  #serve(broker: FakeBroker): void {
    const { classic: group, assigning } = this
    const fetches = this.fetches.get(broker.id)!
    const isElsewhere = () => this.#isAway || this.coordinator !== broker.id
    const elsewhere = { errorCode: ErrorCode.NOT_COORDINATOR }
    broker
      .on(fetchRequest, fetchResponse, (body) => fetches.fetch(body) as Promise<any>)
      .on(listOffsetsRequest, listOffsetsResponse, (body) => fetches.listOffsets(body))
      .on(findCoordinatorRequest, findCoordinatorResponse, ({ coordinatorKeys }) => this.#found(coordinatorKeys))
      .on(joinGroupRequest, joinGroupResponse, (body) => (isElsewhere() ? elsewhere : (group.join(body) as any)))
      .on(syncGroupRequest, syncGroupResponse, (body) => (isElsewhere() ? elsewhere : (group.sync(body) as any)))
      .on(heartbeatRequest, heartbeatResponse, (body) => (isElsewhere() ? elsewhere : group.heartbeat(body)))
      .on(leaveGroupRequest, leaveGroupResponse, (body) => (isElsewhere() ? elsewhere : group.leave(body)))
      .on(offsetFetchRequest, offsetFetchResponse, (body) =>
        this.offsets.fetch(body, isElsewhere() ? ErrorCode.NOT_COORDINATOR : ErrorCode.NONE),
      )
      .on(consumerGroupHeartbeatRequest, consumerGroupHeartbeatResponse, (body) =>
        isElsewhere() ? elsewhere : assigning.heartbeat(body),
      )
      .on(offsetCommitRequest, offsetCommitResponse, (body) => {
        if (isElsewhere()) return this.offsets.commit(body, ErrorCode.NOT_COORDINATOR)
        return assigning.memberCount > 0 ? assigning.commit(body) : group.commit(body)
      })
  }

  get #isAway(): boolean {
    return this.runtime.monotonic() < this.#awayUntilMs
  }

  #found(keys: readonly string[]) {
    if (this.#isAway) {
      const errorCode = ErrorCode.COORDINATOR_NOT_AVAILABLE
      return { errorCode, nodeId: -1, coordinators: keys.map((key) => ({ key, nodeId: -1, errorCode })) }
    }
    const { id, address } = this.brokers.find((broker) => broker.id === this.coordinator)!
    const found = { nodeId: id, host: address.host, port: address.port }
    return { ...found, coordinators: keys.map((key) => ({ key, ...found })) }
  }
}
