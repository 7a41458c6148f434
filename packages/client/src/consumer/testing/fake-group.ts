import {
  type Decoded,
  ErrorCode,
  type heartbeatRequest,
  type joinGroupRequest,
  type leaveGroupRequest,
  type offsetCommitRequest,
  type syncGroupRequest,
} from '@ottla/protocol'
import type { Timer } from '@ottla/runtime'
import type { SimulatedRuntime } from '../../testing/simulated-runtime.ts'

import type { FakeOffsets } from './fake-offsets.ts'

type JoinRequest = Decoded<typeof joinGroupRequest>
type JoinAnswer = { errorCode: number; memberId: string } & Record<string, unknown>

interface Member {
  readonly id: string
  protocols: JoinRequest['protocols']
  rebalanceTimeoutMs: number
  sessionTimeoutMs: number
  session: Timer | undefined
  joining: ((answer: JoinAnswer) => void) | undefined
  syncing: ((answer: { errorCode: number; assignment?: Buffer }) => void) | undefined
}

/** One classic group, with the rules of Kafka's coordinator as far as its members can tell. */
export class FakeGroup {
  readonly offsets: FakeOffsets
  generation = 0
  state: 'empty' | 'preparing' | 'completing' | 'stable' = 'empty'
  readonly #runtime: SimulatedRuntime
  readonly #members = new Map<string, Member>()
  #leader = ''
  #assignments = new Map<string, Buffer>()
  #rebalance: Timer | undefined
  #nextMember = 1

  constructor(runtime: SimulatedRuntime, offsets: FakeOffsets) {
    this.#runtime = runtime
    this.offsets = offsets
  }

  get memberCount(): number {
    return this.#members.size
  }

  async join(request: JoinRequest): Promise<JoinAnswer> {
    const { memberId } = request
    if (memberId === '') {
      const id = `member-${this.#nextMember++}`
      this.#members.set(id, this.#newMember(id, request))
      this.#touch(this.#members.get(id)!)
      return { errorCode: ErrorCode.MEMBER_ID_REQUIRED, memberId: id }
    }
    const member = this.#members.get(memberId)
    if (member === undefined) return { errorCode: ErrorCode.UNKNOWN_MEMBER_ID, memberId }
    member.protocols = request.protocols
    member.session?.cancel()
    return new Promise((resolve) => {
      member.joining?.({ errorCode: ErrorCode.UNKNOWN_MEMBER_ID, memberId })
      member.joining = resolve
      this.#prepare()
    })
  }

  async sync(request: Decoded<typeof syncGroupRequest>) {
    const error = this.#check(request.memberId, request.generationId)
    if (error !== ErrorCode.NONE) return { errorCode: error }
    if (this.state === 'preparing') return { errorCode: ErrorCode.REBALANCE_IN_PROGRESS }
    const member = this.#members.get(request.memberId)!
    this.#touch(member)
    if (this.state === 'completing' && member.id === this.#leader) {
      this.#assignments = new Map(request.assignments.map((each) => [each.memberId, Buffer.from(each.assignment)]))
      this.state = 'stable'
      for (const each of this.#members.values()) this.#answerSync(each)
    }
    if (this.state === 'stable') return this.#synced(member)
    return new Promise<{ errorCode: number; assignment?: Buffer }>((resolve) => {
      member.syncing = resolve
    })
  }

  heartbeat({ memberId, generationId }: Decoded<typeof heartbeatRequest>) {
    const error = this.#check(memberId, generationId)
    if (error === ErrorCode.NONE) this.#touch(this.#members.get(memberId)!)
    if (error !== ErrorCode.NONE || this.state === 'stable') return { errorCode: error }
    return { errorCode: ErrorCode.REBALANCE_IN_PROGRESS }
  }

  leave({ members, memberId }: Decoded<typeof leaveGroupRequest>) {
    for (const id of [memberId, ...members.map((each) => each.memberId)]) this.#remove(id)
    return { members: members.map((each) => ({ memberId: each.memberId, groupInstanceId: null, errorCode: 0 })) }
  }

  commit(request: Decoded<typeof offsetCommitRequest>) {
    const error = this.#check(request.memberId, request.generationIdOrMemberEpoch)
    const isBusy = error === ErrorCode.NONE && this.state === 'completing'
    return this.offsets.commit(request, isBusy ? ErrorCode.REBALANCE_IN_PROGRESS : error)
  }

  /** As when the coordinator moves: who waits for an answer never gets one from here. */
  interrupt(): void {
    for (const member of this.#members.values()) {
      member.joining?.({ errorCode: ErrorCode.NOT_COORDINATOR, memberId: member.id })
      member.syncing?.({ errorCode: ErrorCode.NOT_COORDINATOR })
      member.joining = undefined
      member.syncing = undefined
      this.#touch(member)
    }
  }

  /** One of its members is out. */
  expel(): void {
    const ids = [...this.#members.keys()]
    if (ids.length > 0) this.#remove(ids[this.#runtime.chance.integer(ids.length)]!)
  }

  #newMember(id: string, { protocols, rebalanceTimeoutMs, sessionTimeoutMs }: JoinRequest): Member {
    const nothing = { session: undefined, joining: undefined, syncing: undefined }
    return { id, protocols, rebalanceTimeoutMs, sessionTimeoutMs, ...nothing }
  }

  #check(memberId: string, generationId: number): number {
    if (!this.#members.has(memberId)) return ErrorCode.UNKNOWN_MEMBER_ID
    return generationId === this.generation ? ErrorCode.NONE : ErrorCode.ILLEGAL_GENERATION
  }

  #prepare(): void {
    if (this.state !== 'preparing') {
      this.state = 'preparing'
      for (const member of this.#members.values()) {
        member.syncing?.({ errorCode: ErrorCode.REBALANCE_IN_PROGRESS })
        member.syncing = undefined
      }
      const limitMs = Math.max(...[...this.#members.values()].map((member) => member.rebalanceTimeoutMs))
      this.#rebalance?.cancel()
      this.#rebalance = this.#runtime.timer(limitMs, () => this.#completeJoin(true))
    }
    this.#completeJoin(false)
  }

  #completeJoin(isTimeUp: boolean): void {
    if (this.state !== 'preparing') return
    const members = [...this.#members.values()]
    const late = members.filter((member) => member.joining === undefined)
    if (late.length > 0 && !isTimeUp) return
    for (const member of late) this.#members.delete(member.id)
    this.#rebalance?.cancel()
    this.generation++
    const joined = [...this.#members.values()]
    this.state = joined.length === 0 ? 'empty' : 'completing'
    if (joined.length === 0) return
    this.#leader = this.#members.has(this.#leader) ? this.#leader : joined[0]!.id
    const protocol = joined[0]!.protocols[0]!.name
    for (const member of joined) {
      const metadata = joined.map(({ id, protocols }) => ({ memberId: id, metadata: protocols[0]!.metadata }))
      member.joining!({
        errorCode: ErrorCode.NONE,
        generationId: this.generation,
        protocolType: 'consumer',
        protocolName: protocol,
        leader: this.#leader,
        memberId: member.id,
        members: member.id === this.#leader ? metadata : [],
      })
      member.joining = undefined
      this.#touch(member)
    }
  }

  #answerSync(member: Member): void {
    member.syncing?.(this.#synced(member))
    member.syncing = undefined
  }

  #synced(member: Member) {
    return { errorCode: ErrorCode.NONE, assignment: this.#assignments.get(member.id) ?? Buffer.alloc(0) }
  }

  #touch(member: Member): void {
    member.session?.cancel()
    member.session = this.#runtime.timer(member.sessionTimeoutMs, () => {
      if (member.joining === undefined) this.#remove(member.id)
    })
  }

  #remove(memberId: string): void {
    const member = this.#members.get(memberId)
    if (member === undefined) return
    member.session?.cancel()
    this.#members.delete(memberId)
    member.joining?.({ errorCode: ErrorCode.UNKNOWN_MEMBER_ID, memberId })
    member.syncing?.({ errorCode: ErrorCode.UNKNOWN_MEMBER_ID })
    if (this.#members.size === 0) {
      this.#rebalance?.cancel()
      this.state = 'empty'
    } else this.#prepare()
  }
}
