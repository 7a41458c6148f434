import { stableVersions } from '@ottla/protocol'
import { type FakeBroker, faultless } from '../fake-broker.ts'
import type { FakeCluster, FakeTopic } from '../fake-cluster.ts'
import { kafka28Versions } from '../kafka-2.8.ts'
import { noFaults } from '../simulated-network.ts'

/** Something that goes wrong. It settles when that is over, or can be left to itself. */
export type Move = () => void | Promise<void>

export interface TroubleOptions {
  readonly fake: FakeCluster
  readonly topic: FakeTopic
  /** From then on all is well. */
  readonly untilMs: number
  /** The longest pause between two moves. */
  readonly everyMs: number
  /** Of a broker that is asked for nothing while it is away. */
  readonly onRestart?: (broker: FakeBroker) => void
  /** What goes wrong in this simulation only. */
  readonly moves?: Readonly<Record<string, Move>>
  /** Moves that make no sense in this simulation. */
  readonly without?: readonly string[]
  /** Whether brokers may speak older versions from the beginning. */
  readonly mayStartOld?: boolean
}

/** Pauses that brokers have asked for, lost leaders and old metadata are over so long after the trouble. */
export const aftermathMs = 6_000

const longestFreezeMs = 2_000

/** Everything that goes wrong around clients: with each connection and answer by chance, and from time to time with a broker. */
export class Trouble {
  /** How often each kind of it came. */
  readonly counts: Record<string, number> = {}
  /** So long nothing ran, in all: whatever was to happen by a time may be late by as much. */
  frozenMs = 0
  readonly #options: TroubleOptions
  readonly #moves: Readonly<Record<string, Move>>

  constructor(options: TroubleOptions) {
    this.#options = options
    const all = Object.entries({ ...this.#common(), ...options.moves })
    this.#moves = Object.fromEntries(all.filter(([name]) => options.without?.includes(name) !== true))
  }

  async run(): Promise<void> {
    const { fake, untilMs, everyMs } = this.#options
    const { runtime } = fake
    this.#begin()
    const names = Object.keys(this.#moves)
    while (runtime.monotonic() < untilMs) {
      await runtime.sleep(runtime.chance.next() * everyMs)
      const name = names[runtime.chance.integer(names.length)]!
      this.counts[name] = (this.counts[name] ?? 0) + 1
      await this.#moves[name]!()
    }
    this.#end()
  }

  #begin(): void {
    const { fake } = this.#options
    const { chance, network } = fake.runtime
    // Some seeds have much of one kind, some little of all.
    const much = () => chance.next() ** 3
    network.latencyMs = chance.happens(0.3) ? 5 : 1
    network.faults = { cut: 0.03 * much(), late: 0.2 * much(), lateMs: 2_000, refused: 0.3 * much() }
    fake.tellsLeaders = chance.happens(0.5)
    fake.produceFaults = { refused: 0.1 * much(), denied: 0.1 * much() }
    for (const broker of fake.brokers)
      broker.answerFaults = {
        lost: 0.02 * much(),
        twice: 0.02 * much(),
        stray: 0.02 * much(),
        throttled: 0.1 * much(),
        throttleMs: 4_000,
      }
    if (this.#options.mayStartOld === false) return
    for (const broker of fake.brokers) if (chance.happens(0.3)) this.#changeVersions(broker)
  }

  #end(): void {
    const { fake } = this.#options
    fake.runtime.network.faults = noFaults
    fake.produceFaults = { refused: 0, denied: 0 }
    for (const broker of fake.brokers) broker.answerFaults = faultless
  }

  #common(): Readonly<Record<string, Move>> {
    const { fake, topic } = this.#options
    const { runtime } = fake
    const { chance, network } = runtime
    const anyBroker = () => fake.brokers[chance.integer(fake.brokers.length)]!
    const anyPartition = () => chance.integer(topic.partitions.length)
    return {
      leaderMoves: () => fake.moveLeader(topic, anyPartition()),
      leaderIsLost: () => fake.loseLeader(topic, anyPartition(), chance.next() * 2_000),
      metadataLags: () => fake.lag(anyBroker().id, chance.next() * 3_000),
      connectionsBreak: () => network.cutAll(anyBroker().address),
      connectionsGoSilent: () => network.silence(anyBroker().address, chance.next() * 2_000),
      brokerRestarts: () => this.#restart(anyBroker()),
      brokerIsUpgraded: async () => {
        const broker = anyBroker()
        this.#changeVersions(broker)
        if (chance.happens(0.5)) await this.#restart(broker)
        else network.cutAll(broker.address)
      },
      clockJumps: () => runtime.setClock((chance.next() - 0.5) * 7_200_000),
      processFreezes: () => {
        const ms = chance.next() * longestFreezeMs
        this.frozenMs += ms
        runtime.freeze(ms)
      },
    }
  }

  /** It comes back at another address sometimes; not all do, or nobody would find the cluster any more. */
  async #restart(broker: FakeBroker): Promise<void> {
    const { fake, onRestart } = this.#options
    const { chance, network } = fake.runtime
    await broker.stop()
    network.cutAll(broker.address)
    await fake.runtime.sleep(chance.next() * 2_000)
    onRestart?.(broker)
    const mayMove = broker !== fake.brokers[0]
    if (mayMove && chance.happens(0.3)) broker.address = { ...broker.address, port: broker.address.port + 1 }
    await broker.start()
  }

  /** Between those of Kafka 2.8 and the newest, for each request by itself. */
  #changeVersions(broker: FakeBroker): void {
    const { chance } = this.#options.fake.runtime
    for (const { key, request } of broker.apis) {
      const old = kafka28Versions[key]
      if (old === undefined) continue
      const [oldest, newest] = stableVersions(request)
      const max = chance.happens(0.3) ? newest : Math.min(newest, old[1] + chance.integer(newest - old[1] + 1))
      broker.speak(request, [oldest, max])
    }
  }
}
