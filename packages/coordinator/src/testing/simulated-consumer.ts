import { ErrorCode } from '@ottla/protocol'
import type { GroupClient } from '../group/join.ts'
import type { JoinResponse } from '../group/member.ts'
import type { Simulation } from './simulation.ts'
import { committed, groupId } from './test-group.ts'

export const topic = 't'
export const partitionCount = 6

const rejoinErrors: ReadonlySet<number> = new Set([
  ErrorCode.REBALANCE_IN_PROGRESS,
  ErrorCode.ILLEGAL_GENERATION,
  ErrorCode.NOT_COORDINATOR,
  ErrorCode.COORDINATOR_NOT_AVAILABLE,
])

/** Thrown into a consumer's life. */
export class Gone extends Error {}

/** A consumer as clients are: joins, is assigned partitions, sends heartbeats, commits; crashes, leaves and comes back. */
export class SimulatedConsumer {
  readonly #sim: Simulation
  readonly #name: string
  readonly #instance: string | null
  readonly #apiVersion: number
  readonly #sessionTimeoutMs: number
  readonly #rebalanceTimeoutMs: number
  #memberId = ''
  #generation = -1
  #metadata = 0
  /** What it works on now; undefined: it is not in a generation. */
  owned: readonly number[] | undefined

  constructor(sim: Simulation, index: number) {
    const { random } = sim
    this.#sim = sim
    this.#name = `c${index}`
    this.#instance = random.chance(0.3) ? `i${index}` : null
    this.#apiVersion = this.#instance === null ? random.pick([2, 4, 9]) : random.pick([5, 9])
    this.#sessionTimeoutMs = 6000 + random.below(6000)
    this.#rebalanceTimeoutMs = 5000 + random.below(10_000)
  }

  /** Until the simulation ends. */
  async live(): Promise<void> {
    while (!this.#sim.over) {
      try {
        await this.#sim.time.sleep(this.#sim.random.below(3000))
        await this.#join()
        await this.#work()
      } catch (error) {
        if (!(error instanceof Gone)) throw error
      }
      this.owned = undefined
      if (this.#sim.faulty) await this.#betweenLives()
    }
  }

  async #betweenLives(): Promise<void> {
    const { random, time } = this.#sim
    if (!random.chance(0.3)) return
    // As after a restart: it knows nothing of its membership.
    this.#memberId = ''
    if (random.chance(0.3)) await time.sleep(random.below(20_000))
  }

  get #client(): GroupClient {
    return { apiVersion: this.#apiVersion, clientId: this.#name, clientHost: '/sim', connectionId: 1 }
  }

  async #join(): Promise<void> {
    const request = {
      groupId,
      memberId: this.#memberId,
      groupInstanceId: this.#instance,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: Buffer.from([this.#metadata]) }],
      sessionTimeoutMs: this.#sessionTimeoutMs,
      rebalanceTimeoutMs: this.#rebalanceTimeoutMs,
      reason: null,
    }
    const joined = await this.#sim.waiting((service) => service.joinGroup(request, this.#client))
    if (joined.errorCode === ErrorCode.MEMBER_ID_REQUIRED) {
      this.#memberId = joined.memberId!
      if (this.#sim.faulty && this.#sim.random.chance(0.1)) throw new Gone()
      return this.#join()
    }
    if (joined.errorCode !== ErrorCode.NONE) return this.#refused(joined.errorCode!)
    this.#memberId = joined.memberId!
    this.#generation = joined.generationId!
    if (this.#sim.faulty && this.#sim.random.chance(0.05)) throw new Gone()
    await this.#sync(joined)
  }

  async #sync(joined: JoinResponse): Promise<void> {
    const leads = joined.leader === joined.memberId && joined.skipAssignment !== true
    const request = {
      groupId,
      memberId: this.#memberId,
      generationId: this.#generation,
      groupInstanceId: this.#instance,
      protocolType: null,
      protocolName: null,
      assignments: leads ? assignmentsFor(joined.members!.map(({ memberId }) => memberId!)) : [],
    }
    if (leads) await this.#sim.time.sleep(this.#sim.random.below(200))
    const synced = await this.#sim.waiting((service) => service.syncGroup(request, this.#client))
    if (synced.errorCode !== ErrorCode.NONE) return this.#refused(synced.errorCode!)
    this.owned = [...(synced.assignment as Uint8Array)]
    this.#sim.assigned({
      generation: this.#generation,
      holder: this.#instance ?? this.#memberId,
      partitions: this.owned,
    })
  }

  async #work(): Promise<void> {
    const { random, time } = this.#sim
    for (;;) {
      await time.sleep(500 + random.below(1500))
      if (this.#sim.over) return
      if (this.#sim.faulty) {
        if (random.chance(0.01)) throw new Gone()
        if (random.chance(0.01)) await this.#leave()
        if (random.chance(0.01)) {
          this.#metadata = random.below(3)
          return
        }
        // Too busy to send heartbeats.
        if (random.chance(0.01)) await time.sleep(15_000)
      }
      if (this.owned!.length > 0) await this.#commit(random.pick(this.owned!))
      await this.#heartbeat()
    }
  }

  async #heartbeat(): Promise<void> {
    const request = {
      groupId,
      memberId: this.#memberId,
      generationId: this.#generation,
      groupInstanceId: this.#instance,
    }
    const errorCode = await this.#sim.call((service) => service.heartbeat(request, this.#client))
    if (errorCode !== ErrorCode.NONE) this.#refused(errorCode)
  }

  async #commit(partition: number): Promise<void> {
    const offset = this.#sim.nextOffset()
    const [errorCode] = await this.#sim.call((service) =>
      service.commitOffsets({
        apiVersion: 8,
        groupId,
        memberId: this.#memberId,
        generationId: this.#generation,
        groupInstanceId: this.#instance,
        retentionTimeMs: -1,
        offsets: [committed(topic, partition, offset)],
      }),
    )
    if (errorCode !== ErrorCode.NONE) this.#refused(errorCode!)
    this.#sim.committed(partition, offset)
  }

  async #leave(): Promise<never> {
    const leaving = [{ memberId: this.#memberId, groupInstanceId: this.#instance, reason: 'done' }]
    this.owned = undefined
    await this.#sim.call((service) => service.leaveGroup(groupId, leaving))
    this.#memberId = ''
    throw new Gone()
  }

  #refused(errorCode: number): never {
    if (!rejoinErrors.has(errorCode)) this.#memberId = ''
    throw new Gone()
  }
}

/** Round robin; an assignment is a byte for each partition. */
function assignmentsFor(members: readonly string[]): { memberId: string; assignment: Uint8Array }[] {
  return members.map((memberId, i) => ({
    memberId,
    assignment: Uint8Array.from(
      Array.from({ length: partitionCount }, (_, p) => p).filter((p) => p % members.length === i),
    ),
  }))
}
