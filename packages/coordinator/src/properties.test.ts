import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { CoordinatorRecord } from './coordinator-log.ts'
import type { JoinResponse, SyncResponse } from './group/member.ts'
import { Member } from './group/member.ts'
import { consumerProtocolType, subscribedTopics } from './group/subscription.ts'
import { GroupCoordinator } from './group-coordinator.ts'
import { deleteGroup } from './offsets/delete.ts'
import { expireOffsets } from './offsets/retention.ts'
import { groupRecord, offsetRecord } from './records.ts'
import { defaultGroupSettings } from './settings.ts'
import { Step } from './step.ts'
import { snapshotText } from './testing/snapshot-text.ts'
import { committed, groupId, type JoinOptions, TestGroup, type Waiting } from './testing/test-group.ts'

const who = fc.nat(100)
const commands = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('join' as const), who, version: fc.constantFrom(2, 4, 9) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('joinNew' as const), version: fc.constantFrom(2, 4, 9) }) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('joinStatic' as const), instance: fc.constantFrom('x', 'y') }),
    },
    { weight: 6, arbitrary: fc.record({ do: fc.constant('sync' as const), who }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('heartbeat' as const), who }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('commit' as const), who }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('leave' as const), who }) },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 3000, 9000, 70_000) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('expire' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('deleteGroup' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const) }) },
  ),
  { maxLength: 40 },
)
type Command = typeof commands extends fc.Arbitrary<infer C> ? (C extends (infer I)[] ? I : never) : never

/** Plays commands on a group; `TestGroup` compares live and recovered state after each. */
class Play {
  group: TestGroup
  readonly #joins: Waiting<JoinResponse>[] = []
  #waiting: Waiting<JoinResponse | SyncResponse>[] = []

  constructor(initialRebalanceDelayMs: number) {
    this.group = new TestGroup({ initialRebalanceDelayMs, offsetsRetentionMs: 50_000 })
  }

  do(command: Command): void {
    const { group } = this
    if (command.do === 'join') this.#join({ ...this.#member(command.who), apiVersion: command.version })
    else if (command.do === 'joinNew') this.#join({ apiVersion: command.version })
    else if (command.do === 'joinStatic') this.#join({ apiVersion: 9, groupInstanceId: command.instance })
    else if (command.do === 'sync') this.#waiting.push(group.sync(this.#member(command.who)))
    else if (command.do === 'heartbeat') group.heartbeat(this.#member(command.who))
    else if (command.do === 'commit') group.commit(this.#member(command.who))
    else if (command.do === 'leave') group.leave(this.#member(command.who))
    else if (command.do === 'wait') group.advance(command.ms)
    else if (command.do === 'expire') group.run((step) => expireOffsets(group.coordinator, step))
    else if (command.do === 'deleteGroup') group.run((step) => deleteGroup(group.coordinator, groupId, step))
    else this.#crash()
  }

  /** Those who wait lose their connection. */
  #crash(): void {
    this.#waiting = []
    this.group = this.group.recovered()
  }

  /** No rebalance takes longer than its timeout; then whoever waits for an assignment has as long again. */
  expectAllAnswered(): void {
    this.group.advance(5 * 60_000)
    for (const waiting of this.#waiting) assert.notEqual(waiting.response, undefined, 'a request waits for ever')
  }

  #join({ memberId = '', groupInstanceId = null, apiVersion }: JoinOptions): void {
    const protocols = [{ name: 'range', metadata: Buffer.alloc(apiVersion!) }]
    const join = this.group.join({ memberId, groupInstanceId, apiVersion: apiVersion!, protocols })
    this.#joins.push(join)
    this.#waiting.push(join)
  }

  /** Mostly a member, sometimes one of before, sometimes nobody. */
  #member(index: number): { memberId: string; generationId: number } {
    const { members, pendingJoins, generation = 1 } = this.group.coordinator.groups.get(groupId) ?? {}
    const current = [...(members?.keys() ?? []), ...(pendingJoins?.keys() ?? [])]
    const former = this.#joins.at(-1)?.response?.memberId ?? 'nobody'
    const all = [...current, ...current, former]
    return { memberId: all[index % all.length]!, generationId: generation }
  }
}

test('whatever members do, live and recovered state are the same and everybody is answered', () => {
  fc.assert(
    fc.property(commands, fc.constantFrom(0, 3000), (played, initialRebalanceDelayMs) => {
      const play = new Play(initialRebalanceDelayMs)
      for (const command of played) play.do(command)
      play.expectAllAnswered()
    }),
    { numRuns: 1500 },
  )
})

const name = fc.constantFrom('', 'a', 'b')
const someBytes = fc.uint8Array({ maxLength: 12 })
const members = fc.array(
  fc.record({
    memberId: name,
    groupInstanceId: fc.option(name),
    clientId: name,
    clientHost: name,
    rebalanceTimeout: fc.integer({ min: -1, max: 9 }),
    sessionTimeout: fc.integer({ min: -1, max: 9 }),
    subscription: someBytes,
    assignment: someBytes,
  }),
  { maxLength: 3 },
)
const anyRecord: fc.Arbitrary<CoordinatorRecord> = fc.oneof(
  fc.record({ key: someBytes, value: fc.option(someBytes) }),
  fc
    .tuple(
      name,
      fc.option(fc.record({ protocolType: name, generation: fc.nat(5), protocol: name, leader: name, members })),
    )
    .map(([group, value]) => groupRecord(group, value)),
  fc
    .tuple(name, name, fc.nat(2), fc.option(fc.record({ offset: fc.nat(9), metadata: name })))
    .map(([group, topic, partition, value]) => offsetRecord({ group, topic, partition }, value)),
  // A record whose value is another's, or damaged.
  fc.tuple(name, someBytes).map(([group, value]) => ({ key: groupRecord(group, null).key, value })),
)

test('any sequence of records replays, and its snapshot replays to the same', () => {
  fc.assert(
    fc.property(fc.array(anyRecord, { maxLength: 20 }), (records) => {
      const coordinator = new GroupCoordinator(defaultGroupSettings)
      for (const record of records) coordinator.replay(record)
      const fromSnapshot = new GroupCoordinator(defaultGroupSettings)
      for (const portion of coordinator.snapshot()) for (const record of portion) fromSnapshot.replay(record)
      assert.equal(snapshotText(fromSnapshot), snapshotText(coordinator))
      const step = new Step({ wallMs: 1e12, monotonicMs: 1 })
      coordinator.loaded(step)
      for (const { key, atMs } of step.wakes) coordinator.wake(key, atMs, new Step({ wallMs: 2e12, monotonicMs: 1e9 }))
      expireOffsets(coordinator, new Step({ wallMs: 2e12, monotonicMs: 2e9 }))
    }),
    { numRuns: 1500 },
  )
})

test('metadata may be any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (metadata) => {
      const identity = { memberId: 'm', groupInstanceId: null, clientId: '', clientHost: '' }
      const protocols = [{ name: 'range', metadata }]
      const member = new Member(identity, { protocols, rebalanceTimeoutMs: 1, sessionTimeoutMs: 1 })
      const topics = subscribedTopics([member], { type: consumerProtocolType, name: 'range' })
      assert.ok(topics === undefined || topics.size <= metadata.length)
      const group = new TestGroup()
      group.syncAll([group.join({ protocols }).answered])
      group.commit({ offsets: [committed('t', 0, 1)] })
    }),
    { numRuns: 500 },
  )
})
