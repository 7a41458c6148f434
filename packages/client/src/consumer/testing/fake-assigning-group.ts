import { type consumerGroupHeartbeatRequest, type Decoded, ErrorCode, type offsetCommitRequest } from '@ottla/protocol'
import type { Timer } from '@ottla/runtime'
import type { FakeTopic } from '../../testing/fake-cluster.ts'
import type { SimulatedRuntime } from '../../testing/simulated-runtime.ts'
import type { FakeOffsets } from './fake-offsets.ts'

const sessionMs = 6_000
const heartbeatIntervalMs = 500

interface Member {
  readonly id: string
  epoch: number
  /** What it has said that it owns, and what it was given and may own by now. */
  held: Set<string>
  /** What it was told last. */
  told: string
  session: Timer | undefined
}

/** One group whose broker assigns (KIP-848): each partition to one member, and to the next when it was given up. */
export class FakeAssigningGroup {
  readonly #runtime: SimulatedRuntime
  readonly #offsets: FakeOffsets
  readonly #members = new Map<string, Member>()
  readonly #topics: () => Iterable<FakeTopic>
  #epoch = 0

  constructor(runtime: SimulatedRuntime, offsets: FakeOffsets, topics: () => Iterable<FakeTopic>) {
    this.#runtime = runtime
    this.#offsets = offsets
    this.#topics = topics
  }

  get memberCount(): number {
    return this.#members.size
  }

  heartbeat({ memberId, memberEpoch, topicPartitions }: Decoded<typeof consumerGroupHeartbeatRequest>) {
    if (memberEpoch < 0) {
      this.#remove(memberId)
      return { errorCode: ErrorCode.NONE, memberId, memberEpoch, heartbeatIntervalMs }
    }
    if (memberEpoch === 0) this.#join(memberId)
    const member = this.#members.get(memberId)
    if (member === undefined) return { errorCode: ErrorCode.UNKNOWN_MEMBER_ID, memberId }
    // An answer may have got lost: the epoch before is taken, too.
    if (memberEpoch > member.epoch) return { errorCode: ErrorCode.FENCED_MEMBER_EPOCH, memberId }
    this.#touch(member)
    if (topicPartitions !== null && memberEpoch === member.epoch)
      member.held = new Set(
        topicPartitions.flatMap((each) => each.partitions.map((index) => `${each.topicId} ${index}`)),
      )
    const target = this.#targetOf(member)
    const isLate = [...member.held].some((partition) => !target.has(partition))
    const given = isLate
      ? [...member.held].filter((each) => target.has(each))
      : [...target].filter((each) => this.#isFree(each, member))
    if (!isLate) {
      member.epoch = this.#epoch
      member.held = new Set([...member.held, ...given])
    }
    const told = given.sort().join()
    const isNews = told !== member.told || memberEpoch === 0 || topicPartitions !== null
    member.told = told
    const answer = { errorCode: ErrorCode.NONE, memberId, memberEpoch: member.epoch, heartbeatIntervalMs }
    return { ...answer, assignment: isNews ? { topicPartitions: byId(given) } : null }
  }

  commit(request: Decoded<typeof offsetCommitRequest>) {
    const member = this.#members.get(request.memberId)
    if (member === undefined) return this.#offsets.commit(request, ErrorCode.UNKNOWN_MEMBER_ID)
    const isStale = request.generationIdOrMemberEpoch !== member.epoch
    return this.#offsets.commit(request, isStale ? ErrorCode.STALE_MEMBER_EPOCH : ErrorCode.NONE)
  }

  /** One of its members is out. */
  expel(): void {
    const ids = [...this.#members.keys()]
    if (ids.length > 0) this.#remove(ids[this.#runtime.chance.integer(ids.length)]!)
  }

  #join(memberId: string): void {
    const known = this.#members.get(memberId)
    if (known !== undefined) {
      known.held.clear()
      known.told = ''
      return
    }
    this.#epoch++
    this.#members.set(memberId, { id: memberId, epoch: 0, held: new Set(), told: '', session: undefined })
  }

  /** Partitions in turn to the members in order. */
  #targetOf(member: Member): Set<string> {
    const ids = [...this.#members.keys()].sort()
    const partitions = [...this.#topics()].flatMap((topic) =>
      topic.partitions.map((_, index) => `${topic.id} ${index}`),
    )
    return new Set(partitions.filter((_, index) => ids[index % ids.length] === member.id))
  }

  #isFree(partition: string, taker: Member): boolean {
    return [...this.#members.values()].every((member) => member === taker || !member.held.has(partition))
  }

  #touch(member: Member): void {
    member.session?.cancel()
    member.session = this.#runtime.timer(sessionMs, () => this.#remove(member.id))
  }

  #remove(memberId: string): void {
    this.#members.get(memberId)?.session?.cancel()
    if (this.#members.delete(memberId)) this.#epoch++
  }
}

function byId(partitions: readonly string[]) {
  const ids = new Map<string, number[]>()
  for (const partition of partitions) {
    const [id, index] = partition.split(' ')
    ids.set(id!, [...(ids.get(id!) ?? []), Number(index)])
  }
  return [...ids].map(([topicId, indexes]) => ({ topicId, partitions: indexes }))
}
