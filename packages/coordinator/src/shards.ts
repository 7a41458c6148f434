import { KafkaError } from '@ottla/protocol'
import type { Runtime, Timer } from '@ottla/runtime'
import type { CoordinatorLog } from './coordinator-log.ts'
import { ExpiryQueue } from './expiry-queue.ts'
import { coordinatorPartition } from './java-hash.ts'
import { Shard } from './shard.ts'
import type { StateMachine } from './state-machine.ts'
import type { Step, Wake } from './step.ts'

export interface ShardsOptions<M extends StateMachine> {
  readonly runtime: Pick<Runtime, 'now' | 'monotonic' | 'timer' | 'log'>
  readonly log: CoordinatorLog
  readonly create: () => M
  readonly cleanerMinBytes: () => number
}

interface QueuedWake<M extends StateMachine> extends Wake {
  readonly shard: Shard<M>
}

/** Timers may be set at most this far ahead; what is due later is looked at in between. */
const longestTimerMs = 60 * 60 * 1000

/** The shards of one coordinator's topic, one for each of its partitions, and the one timer that they share. */
export class Shards<M extends StateMachine> {
  readonly #options: ShardsOptions<M>
  readonly #queue = new ExpiryQueue<QueuedWake<M>>()
  #shards: readonly Shard<M>[] | undefined
  #creating: Promise<readonly Shard<M>[]> | undefined
  #timer: Timer | undefined
  #timerAtMs = Infinity
  #closed = false

  constructor(options: ShardsOptions<M>) {
    this.#options = options
  }

  /**
   * Loads what there is. The topic itself is only made when somebody wants a coordinator: see `ready`. A partition that
   * can not be read is without its coordinator, and the others serve.
   */
  async load(): Promise<void> {
    const count = this.#options.log.partitionCount()
    if (count === undefined) return
    const shards = this.#make(count)
    await Promise.all(shards.map((shard) => shard.load().catch((err) => this.#failed(shard, err))))
    this.#shards = shards
  }

  /** Resolves when there are coordinators. */
  async ready(): Promise<void> {
    if (this.#shards === undefined) await this.#created()
  }

  /** Runs a command at the coordinator of a key. */
  async submit<R>(key: string, command: (machine: M, step: Step) => R): Promise<R> {
    const shards = this.#shards ?? (await this.#created())
    return shards[coordinatorPartition(key, shards.length)]!.submit(command)
  }

  /** Runs a command at all coordinators that are available, and returns their answers. */
  async submitToAll<R>(command: (machine: M, step: Step) => R): Promise<R[]> {
    const answers: R[] = []
    const submitted = (this.#shards ?? []).map((shard) =>
      shard.submit(command).then(
        (answer) => answers.push(answer),
        (err) => this.#failed(shard, err),
      ),
    )
    await Promise.all(submitted)
    return answers
  }

  /** A sum over the states of all coordinators, as they are now. */
  sum(of: (machine: M) => number): number {
    let sum = 0
    for (const shard of this.#shards ?? []) sum += shard.peek(of) ?? 0
    return sum
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#timer?.cancel()
    this.#queue.clear()
    await this.#creating?.catch(() => {})
    await Promise.all((this.#shards ?? []).map((shard) => shard.close()))
  }

  #failed(shard: Shard<M>, err: unknown): void {
    const { partition } = shard
    if (!this.#closed) this.#options.runtime.log.write('error', 'a coordinator is not available', { partition, err })
  }

  #created(): Promise<readonly Shard<M>[]> {
    if (this.#closed) return Promise.reject(new KafkaError('COORDINATOR_NOT_AVAILABLE', 'the broker is stopping'))
    this.#creating ??= this.#create().finally(() => {
      this.#creating = undefined
    })
    return this.#creating
  }

  async #create(): Promise<readonly Shard<M>[]> {
    const shards = this.#make(await this.#options.log.create())
    for (const shard of shards) shard.startEmpty()
    this.#shards = shards
    return shards
  }

  #make(count: number): readonly Shard<M>[] {
    const { runtime, log, create, cleanerMinBytes } = this.#options
    return Array.from({ length: count }, (_, partition) => {
      const shard: Shard<M> = new Shard({
        partition,
        log,
        logger: runtime.log,
        now: () => ({ wallMs: runtime.now(), monotonicMs: runtime.monotonic() }),
        create,
        onWake: (wake) => this.#wakeAt({ ...wake, shard }),
        cleanerMinBytes,
      })
      return shard
    })
  }

  #wakeAt(wake: QueuedWake<M>): void {
    if (this.#closed) return
    this.#queue.push(wake)
    if (wake.atMs < this.#timerAtMs) this.#setTimer()
  }

  #setTimer(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#timerAtMs = Infinity
    const first = this.#queue.first
    if (first === undefined || this.#closed) return
    const { runtime } = this.#options
    const delayMs = Math.min(Math.max(first.atMs - runtime.monotonic(), 0), longestTimerMs)
    this.#timerAtMs = first.atMs
    this.#timer = runtime.timer(Math.ceil(delayMs), () => this.#fire())
  }

  #fire(): void {
    const nowMs = this.#options.runtime.monotonic()
    for (let due = this.#queue.takeDue(nowMs); due !== undefined; due = this.#queue.takeDue(nowMs)) {
      const { shard, key, atMs } = due
      // Where the log refuses what an expiry writes, the shard has said so, and the group is looked at again when loaded.
      shard.submit((machine, step) => machine.wake(key, atMs, step)).catch(() => {})
    }
    this.#setTimer()
  }
}
