import type { CoordinatorRecord } from './coordinator-log.ts'
import { ClassicGroup } from './group/classic-group.ts'
import { expire } from './group/expiry.ts'
import { leaveWithConnection } from './group/leave.ts'
import { noConnection } from './group/member.ts'
import { groupBytes } from './group/memory.ts'
import { prepareRebalance } from './group/rebalance.ts'
import { type Emitter, Turn } from './group/turn.ts'
import { committedOffsetOf, OffsetStore, offsetValueOf } from './offsets/offset-store.ts'
import { decodeGroupRecord, groupRecord, offsetRecord } from './records.ts'
import type { GroupSettings } from './settings.ts'
import type { StateMachine } from './state-machine.ts'
import type { Step, Ticket } from './step.ts'

/**
 * The groups of one partition of `__consumer_offsets` and their offsets. KIP-848's groups and share groups become
 * further kinds of groups here, with `group/`'s neighbours holding their rules.
 */
export class GroupCoordinator implements StateMachine, Emitter {
  readonly settings: GroupSettings
  readonly groups = new Map<string, ClassicGroup>()
  readonly offsets = new OffsetStore()
  // Records that this version can not read, by key: a newer version may have written them, and they are not ours to drop.
  readonly #unread = new Map<string, CoordinatorRecord>()
  readonly #groupBytes = new Map<string, number>()
  readonly #usedBytes: () => number
  #allGroupsBytes = 0

  /** `usedBytes`: of all coordinators of this broker, if there are others. */
  constructor(settings: GroupSettings, usedBytes?: () => number) {
    this.settings = settings
    this.#usedBytes = usedBytes ?? (() => this.bytes)
  }

  /** About the memory that these groups and offsets take. */
  get bytes(): number {
    return this.#allGroupsBytes + this.offsets.bytes
  }

  get freeBytes(): number {
    return this.settings.maxBytes - this.#usedBytes()
  }

  /** Adds a record to what the command brings about, and applies it. */
  emit(record: CoordinatorRecord, step: Step): void {
    step.records.push(record)
    this.replay(record)
  }

  replay(record: CoordinatorRecord): void {
    // The record may be a view of something large, or be changed once it is written.
    const value = record.value && Buffer.from(record.value)
    const decoded = decodeGroupRecord({ key: record.key, value })
    if (decoded === undefined) {
      this.#keepUnread({ key: Buffer.from(record.key), value })
      return
    }
    if (this.#unread.size > 0) this.#unread.delete(unreadKey(record))
    if (decoded.type === 'group') {
      if (decoded.value === null) this.#deleteGroup(decoded.key.group)
      else this.#groupFor(decoded.key.group).replay(decoded.value, value!)
      this.#measure(decoded.key.group)
      return
    }
    const { group, topic, partition } = decoded.key
    if (decoded.value === null) {
      this.offsets.delete(group, topic, partition)
      if (this.retire(group)) this.#measure(group)
    } else {
      // Whoever commits without being a member makes a group by it: a "simple" one, that has offsets only.
      this.#groupFor(group)
      this.offsets.set(group, { topic, partition, committed: committedOffsetOf(decoded.value) })
    }
  }

  // Its offsets have tombstones of their own. Should one be missing, they make a simple group.
  #deleteGroup(groupId: string): void {
    this.groups.delete(groupId)
    if (this.offsets.has(groupId)) this.#groupFor(groupId)
  }

  #keepUnread(record: CoordinatorRecord): void {
    if (record.value === null) this.#unread.delete(unreadKey(record))
    else this.#unread.set(unreadKey(record), record)
  }

  #groupFor(groupId: string): ClassicGroup {
    const known = this.groups.get(groupId)
    if (known !== undefined) return known
    const group = new ClassicGroup(groupId)
    this.groups.set(groupId, group)
    this.#measure(groupId)
    return group
  }

  *snapshot(): Generator<readonly CoordinatorRecord[]> {
    for (const group of this.groups.values()) {
      const records: CoordinatorRecord[] = []
      if (group.recorded !== undefined) records.push({ key: groupRecord(group.id, null).key, value: group.recorded })
      for (const { topic, partition, committed } of this.offsets.of(group.id))
        records.push(offsetRecord({ group: group.id, topic, partition }, offsetValueOf(committed)))
      yield records
    }
    // Last, as they came: what they may have replaced is read before them.
    if (this.#unread.size > 0) yield [...this.#unread.values()]
  }

  /** Runs a command on a group, which is made if it is not there. What is left without any use afterwards goes again. */
  onGroup<R>(groupId: string, step: Step, command: (turn: Turn) => R): R {
    const result = command(new Turn(this.#groupFor(groupId), step, this))
    this.retire(groupId)
    this.#measure(groupId)
    return result
  }

  /** A command on a group that is there. It changes nothing about who is in it. */
  turnOf(groupId: string, step: Step): Turn | undefined {
    const group = this.groups.get(groupId)
    return group && new Turn(group, step, this)
  }

  #measure(groupId: string): void {
    const group = this.groups.get(groupId)
    const bytes = group === undefined ? 0 : groupBytes(group)
    this.#allGroupsBytes += bytes - (this.#groupBytes.get(groupId) ?? 0)
    if (group === undefined) this.#groupBytes.delete(groupId)
    else this.#groupBytes.set(groupId, bytes)
  }

  /** Forgets a group that nobody is in and nothing is written of. Returns whether it did. */
  retire(groupId: string): boolean {
    const group = this.groups.get(groupId)
    if (group === undefined || group.recorded !== undefined || this.offsets.has(groupId)) return false
    if (group.state !== 'Empty' || group.members.size > 0 || group.pendingJoins.size > 0) return false
    return this.groups.delete(groupId)
  }

  loaded(step: Step): void {
    for (const groupId of [...this.groups.keys()]) this.onGroup(groupId, step, (turn) => this.#loadedGroup(turn))
  }

  #loadedGroup(turn: Turn): void {
    const { members } = turn.group
    for (const member of members.values()) turn.extendSession(member)
    // No connection has outlived the broker that they were connected to.
    if (this.settings.leaveOnDisconnect) leaveWithConnection(turn, noConnection)
    // The limit was lowered: all rejoin, as far as there is room.
    if (members.size > this.settings.maxSize) prepareRebalance(turn, 'group is above group.max.size')
  }

  wake(groupId: string, atMs: number, step: Step): void {
    const group = this.groups.get(groupId)
    // An earlier wake-up was asked for since, or the group is another one of the same name.
    if (group === undefined || group.wakeAtMs !== atMs) return
    group.wakeAtMs = Infinity
    this.onGroup(groupId, step, expire)
  }

  *waiting(): Generator<Ticket<any>> {
    for (const group of this.groups.values()) {
      for (const { awaitingJoin, awaitingSync } of group.members.values()) {
        if (awaitingJoin !== undefined) yield awaitingJoin
        if (awaitingSync !== undefined) yield awaitingSync
      }
    }
  }
}

const unreadKey = (record: CoordinatorRecord) => Buffer.from(record.key).toString('latin1')
