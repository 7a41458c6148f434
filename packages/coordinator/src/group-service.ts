import {
  ErrorCode,
  type HeartbeatRequest,
  type JoinGroupRequest,
  type LeaveGroupRequest,
  type LeaveGroupResponse,
  type SyncGroupRequest,
} from '@ottla/protocol'
import type { Runtime, Timer } from '@ottla/runtime'
import type { CoordinatorLog } from './coordinator-log.ts'
import { coordinatorErrorCode } from './error-codes.ts'
import { type DescribedGroup, describeClassicGroup, type ListedGroup, listClassicGroup } from './group/describe.ts'
import { heartbeatClassicGroup } from './group/heartbeat.ts'
import { type GroupClient, joinClassicGroup } from './group/join.ts'
import { leaveClassicGroup, leaveWithConnection } from './group/leave.ts'
import type { JoinResponse, SyncResponse } from './group/member.ts'
import { syncClassicGroup } from './group/sync.ts'
import { GroupConnections } from './group-connections.ts'
import { GroupCoordinator } from './group-coordinator.ts'
import { type CommitCommand, commitOffsets } from './offsets/commit.ts'
import { deleteGroup, deleteOffsets, deleteOffsetsOfTopic, type TopicPartition } from './offsets/delete.ts'
import { type FetchedTopic, fetchOffsets, type TopicToFetch } from './offsets/fetch.ts'
import { expireOffsets } from './offsets/retention.ts'
import type { GroupSettings } from './settings.ts'
import { Shards } from './shards.ts'
import type { Step, Ticket } from './step.ts'
import { uniqueId } from './unique-id.ts'

export interface GroupServiceOptions {
  readonly runtime: Pick<Runtime, 'now' | 'monotonic' | 'timer' | 'randomBytes' | 'log'>
  readonly log: CoordinatorLog
  readonly settings: GroupSettings
}

export type LeaveResponse = Pick<LeaveGroupResponse, 'errorCode' | 'members'>

/** Groups and their offsets, as handlers use them. Errors are codes in what is returned; nothing rejects. */
export class GroupService {
  readonly #runtime: GroupServiceOptions['runtime']
  readonly #settings: GroupSettings
  readonly #shards: Shards<GroupCoordinator>
  readonly #connections = new GroupConnections()
  #retentionTimer: Timer | undefined
  #closed = false

  constructor({ runtime, log, settings }: GroupServiceOptions) {
    this.#runtime = runtime
    this.#settings = settings
    const create = () => new GroupCoordinator(settings, () => this.#shards.sum(({ bytes }) => bytes))
    this.#shards = new Shards({ runtime, log, create, cleanerMinBytes: () => settings.cleanerMinBytes })
  }

  /** Loads all groups. To be awaited before clients are served: they handle COORDINATOR_LOAD_IN_PROGRESS badly. */
  async start(): Promise<void> {
    await this.#shards.load()
    this.#checkRetentionLater()
  }

  /** Answers all who wait, and takes no more. Resolves when nothing is on its way to the log. */
  async close(): Promise<void> {
    this.#closed = true
    this.#retentionTimer?.cancel()
    await this.#shards.close()
  }

  /** Resolves when groups can be coordinated: the first who asks has the topic created. Returns an error code. */
  async ready(): Promise<number> {
    return this.#shards.ready().then(() => ErrorCode.NONE, coordinatorErrorCode)
  }

  /** Answered when the generation begins. */
  joinGroup(request: JoinGroupRequest, client: GroupClient): Promise<JoinResponse> {
    const { groupId, memberId, sessionTimeoutMs } = request
    const refused = (errorCode: number): JoinResponse => ({ errorCode, memberId })
    if (groupId === '') return Promise.resolve(refused(ErrorCode.INVALID_GROUP_ID))
    const { minSessionTimeoutMs, maxSessionTimeoutMs } = this.#settings
    if (sessionTimeoutMs < minSessionTimeoutMs || sessionTimeoutMs > maxSessionTimeoutMs)
      return Promise.resolve(refused(ErrorCode.INVALID_SESSION_TIMEOUT))
    this.#heard(client, groupId)
    return this.#parked(groupId, refused, (coordinator, step, ticket) => {
      if (memberId !== '' && !coordinator.groups.has(groupId))
        return step.answer(ticket, refused(ErrorCode.UNKNOWN_MEMBER_ID))
      const uniqueSuffix = uniqueId(this.#runtime)
      coordinator.onGroup(groupId, step, (turn) => joinClassicGroup(turn, { request, client, ticket, uniqueSuffix }))
    })
  }

  /** Answered when the leader has assigned. */
  syncGroup(request: SyncGroupRequest, client: GroupClient): Promise<SyncResponse> {
    const { groupId } = request
    const refused = (errorCode: number): SyncResponse => ({ errorCode })
    if (groupId === '') return Promise.resolve(refused(ErrorCode.INVALID_GROUP_ID))
    this.#heard(client, groupId)
    return this.#parked(groupId, refused, (coordinator, step, ticket) =>
      coordinator.onGroup(groupId, step, (turn) => syncClassicGroup(turn, { request, client, ticket })),
    )
  }

  /** Returns an error code. */
  heartbeat(request: HeartbeatRequest, client: GroupClient): Promise<number> {
    const { groupId } = request
    if (groupId === '') return Promise.resolve(ErrorCode.INVALID_GROUP_ID)
    this.#heard(client, groupId)
    return this.#shards
      .submit(groupId, (coordinator, step) => heartbeatClassicGroup(coordinator.turnOf(groupId, step), request, client))
      .catch(coordinatorErrorCode)
  }

  leaveGroup(groupId: string, members: LeaveGroupRequest['members']): Promise<LeaveResponse> {
    const refused = (errorCode: number): LeaveResponse => ({ errorCode, members: [] })
    if (groupId === '') return Promise.resolve(refused(ErrorCode.INVALID_GROUP_ID))
    return this.#shards
      .submit(groupId, (coordinator, step) =>
        coordinator.onGroup(groupId, step, (turn) => ({ errorCode: 0, members: leaveClassicGroup(turn, members) })),
      )
      .catch((error) => refused(coordinatorErrorCode(error)))
  }

  /** Returns an error code for each offset, in their order. */
  commitOffsets(commit: CommitCommand): Promise<number[]> {
    return this.#shards
      .submit(commit.groupId, (coordinator, step) => commitOffsets(coordinator, commit, step))
      .catch((error) => commit.offsets.map(() => coordinatorErrorCode(error)))
  }

  fetchOffsets(fetch: {
    readonly groupId: string
    readonly topics: readonly TopicToFetch[] | null
  }): Promise<{ errorCode: number; topics: FetchedTopic[] }> {
    return this.#shards
      .submit(fetch.groupId, (coordinator) => ({ errorCode: 0, topics: fetchOffsets(coordinator, fetch) }))
      .catch((error) => ({ errorCode: coordinatorErrorCode(error), topics: [] }))
  }

  deleteOffsets(
    groupId: string,
    partitions: readonly TopicPartition[],
  ): Promise<{ errorCode: number; partitions: number[] }> {
    if (groupId === '') return Promise.resolve({ errorCode: ErrorCode.INVALID_GROUP_ID, partitions: [] })
    return this.#shards
      .submit(groupId, (coordinator, step) => deleteOffsets(coordinator, { groupId, partitions }, step))
      .catch((error) => ({ errorCode: coordinatorErrorCode(error), partitions: [] }))
  }

  /** Undefined: there is no such group. */
  describeGroup(groupId: string): Promise<DescribedGroup | undefined> {
    return this.#shards
      .submit(groupId, ({ groups }) => {
        const group = groups.get(groupId)
        return group && describeClassicGroup(group)
      })
      .catch((error) => ({ errorCode: coordinatorErrorCode(error), groupId }))
  }

  /** Of all coordinators that are available. */
  async listGroups(): Promise<ListedGroup[]> {
    const lists = await this.#shards.submitToAll(({ groups }) => Array.from(groups.values(), listClassicGroup))
    return lists.flat()
  }

  /** Returns an error code. */
  deleteGroup(groupId: string): Promise<number> {
    return this.#shards
      .submit(groupId, (coordinator, step) => deleteGroup(coordinator, groupId, step))
      .catch(coordinatorErrorCode)
  }

  /** Offsets of a deleted topic go with it. Where that fails they go by their retention: they name the topic's id. */
  async topicDeleted(topic: string): Promise<void> {
    await this.#shards.submitToAll((coordinator, step) => deleteOffsetsOfTopic(coordinator, topic, step))
  }

  /** A connection is gone; with `leaveOnDisconnect`, so are the members that were last heard on it. */
  async connectionClosed(connectionId: number): Promise<void> {
    const leaving = Array.from(this.#connections.take(connectionId), (groupId) =>
      this.#shards.submit(groupId, (coordinator, step) =>
        coordinator.onGroup(groupId, step, (turn) => leaveWithConnection(turn, connectionId)),
      ),
    )
    // Who could not leave now leaves by its session timeout.
    await Promise.allSettled(leaving)
  }

  /** Deletes what is past its retention; also runs by itself each `offsetsRetentionCheckIntervalMs`. */
  async enforceRetention(): Promise<void> {
    await this.#shards.submitToAll(expireOffsets)
  }

  #heard(client: GroupClient, groupId: string): void {
    if (this.#settings.leaveOnDisconnect) this.#connections.add(client.connectionId, groupId)
  }

  /** Runs a command whose request may have to wait for others. */
  #parked<R>(
    groupId: string,
    refused: (errorCode: number) => R,
    command: (coordinator: GroupCoordinator, step: Step, ticket: Ticket<R>) => void,
  ): Promise<R> {
    return new Promise<R>((settle) => {
      const ticket: Ticket<R> = { settle, fail: (error) => settle(refused(coordinatorErrorCode(error))) }
      this.#shards.submit(groupId, (coordinator, step) => command(coordinator, step, ticket)).catch(ticket.fail)
    })
  }

  #checkRetentionLater(): void {
    if (this.#closed) return
    this.#retentionTimer = this.#runtime.timer(this.#settings.offsetsRetentionCheckIntervalMs, () => {
      this.enforceRetention().finally(() => this.#checkRetentionLater())
    })
  }
}
