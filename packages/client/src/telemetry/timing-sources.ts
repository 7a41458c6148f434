import type { Cluster } from '../connection/cluster.ts'
import { Timings } from '../connection/timings.ts'

/** Whose timings they are. Consumers of one group are told of together. */
export interface TimedOwner {
  readonly kind: 'producer' | 'consumer' | 'share'
  readonly groupId: string | undefined
}

/** Gathers what a client's connections, and those of its consumers, have timed since the last report that has arrived. */
export class TimingSources {
  readonly #open = new Map<Cluster, TimedOwner>()
  /** Of consumers that are closed, since the last report was made. */
  #past = new Map<string, Timings>()
  /** What the last report says, or would have said. */
  #reported = new Map<string, Timings>()

  /** Keeps what it has timed when it is closed, and nothing else of it. */
  add(cluster: Cluster, owner: TimedOwner): void {
    this.#open.set(cluster, owner)
    const closed = () => {
      this.#open.delete(cluster)
      timingsOf(this.#past, owner).drain(cluster.watch.timings)
    }
    cluster.closed.addEventListener('abort', closed, { once: true })
  }

  /** Makes a report of everything that no report before has brought home. */
  gather(): (owner: TimedOwner) => Timings {
    for (const [key, past] of this.#past) timingsAt(this.#reported, key).drain(past)
    this.#past = new Map()
    for (const [cluster, owner] of this.#open) timingsOf(this.#reported, owner).drain(cluster.watch.timings)
    const reported = this.#reported
    return (owner) => timingsOf(reported, owner)
  }

  /** The last report has arrived. */
  arrived(): void {
    this.#reported = new Map()
  }
}

const timingsOf = (all: Map<string, Timings>, { kind, groupId = '' }: TimedOwner) =>
  timingsAt(all, `${kind} ${groupId}`)

function timingsAt(all: Map<string, Timings>, key: string): Timings {
  const known = all.get(key) ?? new Timings()
  all.set(key, known)
  return known
}
