import {
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
import { FakeCluster } from '../../testing/fake-cluster.ts'
import type { SimulatedRuntime } from '../../testing/simulated-runtime.ts'
import { FakeFetches } from './fake-fetches.ts'
import { FakeGroup } from './fake-group.ts'

/** A simulated cluster with all that consumers of one classic group need. */
export class FakeConsumerCluster extends FakeCluster {
  readonly group: FakeGroup
  readonly fetches: Map<number, FakeFetches>
  /** Broker id. */
  coordinator = 1

  constructor(runtime: SimulatedRuntime, brokerCount = 1) {
    super(runtime, brokerCount)
    this.group = new FakeGroup(runtime)
    this.fetches = new Map(this.brokers.map(({ id }) => [id, new FakeFetches(this, id)]))
    for (const broker of this.brokers) this.#serve(broker)
  }

  moveCoordinator(): void {
    this.coordinator = this.brokers[this.runtime.chance.integer(this.brokers.length)]!.id
    this.group.interrupt()
  }

  #serve(broker: FakeBroker): void {
    const { group } = this
    const fetches = this.fetches.get(broker.id)!
    const isElsewhere = () => this.coordinator !== broker.id
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
        isElsewhere() ? { groups: [{ groupId: 'g', topics: [], ...elsewhere }] } : group.committed(body),
      )
      .on(offsetCommitRequest, offsetCommitResponse, (body) => (isElsewhere() ? refused(body) : group.commit(body)))
  }

  #found(keys: readonly string[]) {
    const { id, address } = this.brokers.find((broker) => broker.id === this.coordinator)!
    return { coordinators: keys.map((key) => ({ key, nodeId: id, host: address.host, port: address.port })) }
  }
}

type CommitTopics = readonly { readonly name: string; readonly partitions: readonly { partitionIndex: number }[] }[]

const refused = ({ topics }: { readonly topics: CommitTopics }) => ({
  topics: topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: ErrorCode.NOT_COORDINATOR })),
  })),
})
