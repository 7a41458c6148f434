import assert from 'node:assert/strict'
import { ErrorCode, type JoinGroupRequest, type SyncGroupRequest } from '@ottla/protocol'
import type { CoordinatorRecord } from '../coordinator-log.ts'
import type { ClassicGroup } from '../group/classic-group.ts'
import { describeClassicGroup } from '../group/describe.ts'
import { heartbeatClassicGroup } from '../group/heartbeat.ts'
import { type GroupClient, joinClassicGroup } from '../group/join.ts'
import { leaveClassicGroup } from '../group/leave.ts'
import type { JoinResponse, SyncResponse } from '../group/member.ts'
import { groupBytes } from '../group/memory.ts'
import { syncClassicGroup } from '../group/sync.ts'
import type { Turn } from '../group/turn.ts'
import { GroupCoordinator } from '../group-coordinator.ts'
import { type CommitCommand, commitOffsets } from '../offsets/commit.ts'
import { defaultGroupSettings, type GroupSettings } from '../settings.ts'
import { Step, type Ticket, type Wake } from '../step.ts'
import { snapshotText } from './snapshot-text.ts'

/** A request that waits, as its client sees it. */
export class Waiting<R> implements Ticket<R> {
  response: R | undefined
  settle(response: R): void {
    assert.equal(this.response, undefined, 'a request is answered once')
    this.response = response
  }
  fail(error: Error): void {
    throw error
  }
  /** The answer, which must be there. */
  get answered(): R {
    assert.notEqual(this.response, undefined, 'the request waits still')
    return this.response!
  }
}

export interface JoinOptions extends Partial<JoinGroupRequest> {
  readonly apiVersion?: number
  readonly clientId?: string
  readonly connectionId?: number
}

const noMetadata = new Uint8Array(0)
export const groupId = 'g'

/**
 * One group at its coordinator, with no shell around it: commands act at once, and time passes when it is told to.
 * After each command, what a crash would leave is compared with what is there.
 */
export class TestGroup {
  readonly coordinator: GroupCoordinator
  readonly settings: GroupSettings
  readonly records: CoordinatorRecord[] = []
  nowMs = 1000
  #wakes: Wake[] = []
  #nextId = 1

  constructor(settings: Partial<GroupSettings> = {}, records: readonly CoordinatorRecord[] = []) {
    this.settings = { ...defaultGroupSettings, initialRebalanceDelayMs: 0, ...settings }
    this.coordinator = new GroupCoordinator(this.settings)
    for (const record of records) {
      this.coordinator.replay(record)
      this.records.push(record)
    }
    if (records.length > 0) this.run((step) => this.coordinator.loaded(step))
  }

  /** What another coordinator would make of the records. */
  recovered(settings: Partial<GroupSettings> = {}): TestGroup {
    return new TestGroup({ ...this.settings, ...settings }, this.records)
  }

  get group(): ClassicGroup {
    const group = this.coordinator.groups.get(groupId)
    assert.ok(group, 'there is no group')
    return group
  }

  get state(): string {
    return this.coordinator.groups.get(groupId)?.state ?? 'Dead'
  }

  run<R>(command: (step: Step) => R): R {
    const step = new Step({ wallMs: 1_700_000_000_000 + this.nowMs, monotonicMs: this.nowMs })
    const result = command(step)
    this.records.push(...step.records)
    this.#wakes.push(...step.wakes)
    for (const { ticket, response } of step.answers) ticket.settle(response)
    const replayed = new GroupCoordinator(this.settings)
    for (const record of this.records) replayed.replay(record)
    assert.equal(snapshotText(replayed), snapshotText(this.coordinator))
    this.#expectSame(replayed)
    const bytes = [...this.coordinator.groups.values()].reduce((sum, group) => sum + groupBytes(group), 0)
    assert.equal(this.coordinator.bytes, bytes + this.coordinator.offsets.bytes)
    return result
  }

  /** What is not in a rebalance is after a crash as it was before, but for the order of the members. */
  #expectSame(replayed: GroupCoordinator): void {
    const shown = (group: ClassicGroup | undefined) => {
      if (group === undefined) return undefined
      const { members = [], ...described } = describeClassicGroup(group)
      const byId = [...members].sort((a, b) => (a.memberId! < b.memberId! ? -1 : 1))
      return { ...described, members: byId, generation: group.generation, leader: group.leaderId }
    }
    for (const group of this.coordinator.groups.values()) {
      if (group.state === 'Stable' || (group.state === 'Empty' && group.recorded !== undefined))
        assert.deepEqual(shown(replayed.groups.get(group.id)), shown(group))
    }
  }

  turn<R>(command: (turn: Turn) => R): R {
    return this.run((step) => this.coordinator.onGroup(groupId, step, command))
  }

  join(options: JoinOptions = {}): Waiting<JoinResponse> {
    const { apiVersion = 3, clientId = 'client', connectionId = 1, ...request } = options
    const ticket = new Waiting<JoinResponse>()
    const full: JoinGroupRequest = {
      groupId,
      memberId: '',
      groupInstanceId: null,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: noMetadata }],
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 60_000,
      reason: null,
      ...request,
    }
    const client: GroupClient = { apiVersion, clientId, clientHost: '/127.0.0.1', connectionId }
    const uniqueSuffix = String(this.#nextId++)
    this.turn((turn) => joinClassicGroup(turn, { request: full, client, ticket, uniqueSuffix }))
    return ticket
  }

  sync(joined: JoinResponse, options: Partial<SyncGroupRequest> = {}): Waiting<SyncResponse> {
    const ticket = new Waiting<SyncResponse>()
    const request: SyncGroupRequest = {
      groupId,
      memberId: joined.memberId!,
      generationId: joined.generationId!,
      groupInstanceId: null,
      protocolType: null,
      protocolName: null,
      assignments: [],
      ...options,
    }
    const client: GroupClient = { apiVersion: 3, clientId: 'client', clientHost: '/127.0.0.1', connectionId: 1 }
    this.turn((turn) => syncClassicGroup(turn, { request, client, ticket }))
    return ticket
  }

  heartbeat(joined: JoinResponse, groupInstanceId: string | null = null): number {
    const client: GroupClient = { apiVersion: 3, clientId: 'client', clientHost: '/127.0.0.1', connectionId: 1 }
    const request = { groupId, memberId: joined.memberId!, generationId: joined.generationId!, groupInstanceId }
    return this.run((step) => heartbeatClassicGroup(this.coordinator.turnOf(groupId, step), request, client))
  }

  leave(...members: { memberId?: string; groupInstanceId?: string | null }[]): number[] {
    const leaving = members.map(({ memberId = '', groupInstanceId = null }) => ({
      memberId,
      groupInstanceId,
      reason: null,
    }))
    return this.turn((turn) => leaveClassicGroup(turn, leaving)).map(({ errorCode }) => errorCode)
  }

  commit(options: Partial<CommitCommand> = {}): number[] {
    const command: CommitCommand = {
      apiVersion: 8,
      groupId,
      generationId: -1,
      memberId: '',
      groupInstanceId: null,
      retentionTimeMs: -1,
      offsets: [committed('t', 0, 5)],
      ...options,
    }
    return this.run((step) => commitOffsets(this.coordinator, command, step))
  }

  /** Lets time pass, and wakes groups in between. */
  advance(ms: number): void {
    const until = this.nowMs + ms
    for (;;) {
      this.#wakes.sort((a, b) => a.atMs - b.atMs)
      const due = this.#wakes[0]
      if (due === undefined || due.atMs > until) break
      this.#wakes.shift()
      this.nowMs = Math.max(this.nowMs, due.atMs)
      this.run((step) => this.coordinator.wake(due.key, due.atMs, step))
    }
    this.nowMs = until
  }

  /** A stable group of so many members; the first leads, and each is assigned its own member id. */
  stable(count = 1, options: JoinOptions = {}): JoinResponse[] {
    let members: JoinResponse[] = []
    for (let i = 0; i < count; i++) {
      const newcomer = this.join(options)
      const rejoined = members.map((member) => this.join({ ...options, memberId: member.memberId! }))
      members = [...rejoined, newcomer].map((join) => join.answered)
      this.syncAll(members)
    }
    return members
  }

  /** All members ask for their assignment, the leader last. */
  syncAll(members: readonly JoinResponse[]): SyncResponse[] {
    const assignments = members.map(({ memberId }) => ({ memberId: memberId!, assignment: Buffer.from(memberId!) }))
    const inOrder = [...members].sort((a, b) => Number(leads(a)) - Number(leads(b)))
    const syncs = new Map(
      inOrder.map((member) => [member, this.sync(member, { assignments: leads(member) ? assignments : [] })]),
    )
    return members.map((member) => syncs.get(member)!.answered)
  }
}

export const leads = (joined: JoinResponse): boolean => joined.leader === joined.memberId

export const committed = (topic: string, partition: number, offset: number, metadata: string | null = null) => ({
  topic,
  topicId: 'AAAAAAAAAAAAAAAAAAAAAA',
  partition,
  offset,
  leaderEpoch: 3,
  metadata,
})

export const ok = ErrorCode.NONE
