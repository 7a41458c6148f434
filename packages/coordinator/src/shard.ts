import { KafkaError } from '@ottla/protocol'
import type { Log } from '@ottla/runtime'
import { type CoordinatorLog, type CoordinatorRecord, recordBytes } from './coordinator-log.ts'
import type { StateMachine } from './state-machine.ts'
import { type Now, Step, type Wake } from './step.ts'

export interface ShardOptions<M extends StateMachine> {
  readonly partition: number
  readonly log: CoordinatorLog
  readonly logger: Log
  readonly now: () => Now
  /** Makes an empty state. */
  readonly create: () => M
  readonly onWake: (wake: Wake) => void
  readonly cleanerMinBytes: () => number
}

/** About this much is appended at a time by the cleaner. */
const snapshotBytes = 256 * 1024
/** The log is cleaned when it holds more than this many times the live state. */
const cleanerRatio = 4

/**
 * Runs the state machine of one partition: one command after the other, each in one go.
 *
 * A command changes the state at once, and its records are queued behind those of earlier commands; but no answer leaves
 * before all records are durable that were queued by then, the answers of commands that only read included. So nobody
 * hears of anything that a crash takes back, and nobody waits where nothing is on its way to the disk.
 *
 * When the log refuses records, the state holds what will never be: everything that was not answered yet fails, those
 * who wait for their group too, and the state is loaded anew from the log, as by a coordinator that moved here.
 */
export class Shard<M extends StateMachine> {
  readonly partition: number
  readonly #options: ShardOptions<M>
  #machine: M | undefined
  #loading: Promise<void> | undefined
  #closed = false
  /** Resolves when all that was appended is durable. Undefined: nothing is on its way. */
  #durable: Promise<unknown> | undefined
  readonly #appends = new Set<Promise<unknown>>()
  /** Bytes of records from the log's start on, and how many of them a snapshot took when the log was last cleaned. */
  #logBytes = 0
  #liveBytes = 0
  /** The offset behind all that is durable. */
  #endOffset = 0
  #cleaning: Promise<void> | undefined

  constructor(options: ShardOptions<M>) {
    this.partition = options.partition
    this.#options = options
  }

  /** Reads the log. Commands that come meanwhile wait. */
  load(): Promise<void> {
    this.#loading ??= this.#load().finally(() => {
      this.#loading = undefined
    })
    return this.#loading
  }

  /** An empty partition needs no reading. */
  startEmpty(): void {
    this.#machine = this.#options.create()
  }

  /** Runs a command. Resolves when its records, and all before them, are durable. Rejects with `KafkaError`. */
  async submit<R>(command: (machine: M, step: Step) => R): Promise<R> {
    if (this.#machine === undefined) await this.#available()
    const machine = this.#machine
    if (machine === undefined || this.#closed)
      throw new KafkaError('COORDINATOR_NOT_AVAILABLE', `coordinator of partition ${this.partition} is not available`)
    const step = new Step(this.#options.now())
    let result: R
    try {
      result = command(machine, step)
    } catch (error) {
      // Half a command may have been applied.
      this.#giveUp(machine, asError(error))
      throw error
    }
    await this.#carryOut(machine, step)
    return result
  }

  /** Looks at the state as it is now, durable or not. Undefined: it is not loaded. */
  peek<R>(read: (machine: M) => R): R | undefined {
    return this.#machine && read(this.#machine)
  }

  /** Fails all that wait, and takes no more. What was appended still becomes durable. */
  async close(): Promise<void> {
    this.#closed = true
    const machine = this.#machine
    const stopped = new KafkaError('COORDINATOR_NOT_AVAILABLE', 'the broker is stopping')
    for (const ticket of machine?.waiting() ?? []) ticket.fail(stopped)
    await this.#settled()
    await this.#cleaning
    await this.#loading?.catch(() => {})
  }

  /** The cleaner's work that is under way, for tests. */
  get cleaning(): Promise<void> | undefined {
    return this.#cleaning
  }

  async #available(): Promise<void> {
    if (this.#closed) return
    await this.load()
  }

  async #load(): Promise<void> {
    const { log, partition, create, now } = this.#options
    await this.#settled()
    const machine = create()
    let bytes = 0
    for await (const records of log.read(partition)) {
      for (const record of records) {
        machine.replay(record)
        bytes += recordBytes(record)
      }
    }
    if (this.#closed) return
    this.#logBytes = bytes
    this.#liveBytes = 0
    this.#durable = undefined
    this.#machine = machine
    const step = new Step(now())
    machine.loaded(step)
    this.#carryOut(machine, step)?.catch(() => {})
  }

  async #settled(): Promise<void> {
    while (this.#appends.size > 0) await Promise.allSettled([...this.#appends])
  }

  #carryOut(machine: M, step: Step): Promise<void> | undefined {
    for (const note of step.notes) this.#options.logger.write(note.level, note.message, note.fields)
    for (const wake of step.wakes) this.#options.onWake(wake)
    if (step.records.length > 0) this.#append(machine, step.records, step.now.wallMs).catch(() => {})
    const durable = this.#durable
    if (durable === undefined) {
      for (const { ticket, response } of step.answers) ticket.settle(response)
      return undefined
    }
    return durable.then(
      () => {
        for (const { ticket, response } of step.answers) ticket.settle(response)
      },
      (error) => {
        for (const { ticket } of step.answers) ticket.fail(asError(error))
        throw error
      },
    )
  }

  /** Queues records, and makes all that is answered from now on wait for them. Returns where they came to lie. */
  async #append(machine: M, records: readonly CoordinatorRecord[], timestampMs: number): Promise<number> {
    for (const record of records) this.#logBytes += recordBytes(record)
    const append = this.#options.log.append(this.partition, records, timestampMs)
    this.#appends.add(append)
    const durable = Promise.all([this.#durable, append])
    this.#durable = durable
    // Whoever waits for it hears of its failure; there may be nobody.
    durable.catch(() => {})
    try {
      const { endOffset } = await append.finally(() => this.#appends.delete(append))
      await durable
      this.#endOffset = endOffset
      if (this.#durable === durable) this.#durable = undefined
      this.#cleanIfWorthIt(machine)
      return endOffset - records.length
    } catch (error) {
      this.#giveUp(machine, asError(error))
      throw error
    }
  }

  #giveUp(machine: M, error: Error): void {
    if (this.#machine !== machine) return
    this.#machine = undefined
    const { logger, partition } = this.#options
    logger.write('error', 'group coordinator could not write its records and starts again from its log', {
      partition,
      err: error,
    })
    for (const ticket of machine.waiting()) ticket.fail(error)
    // The next command or wake-up loads: it would be of no use to try while the disk is full.
  }

  #cleanIfWorthIt(machine: M): void {
    const worthIt = Math.max(this.#options.cleanerMinBytes(), cleanerRatio * this.#liveBytes)
    if (this.#logBytes <= worthIt || this.#cleaning !== undefined || this.#closed) return
    this.#cleaning = this.#clean(machine)
      // The log is as good as before, only longer.
      .catch((err) => this.#options.logger.write('warn', 'group coordinator could not clean its log', { err }))
      .finally(() => {
        this.#cleaning = undefined
      })
  }

  /**
   * Appends the live state behind all that there is, and then moves the log's start to it:
   *
   *     | old records ...... | portion 1 | r | portion 2 | r r | portion 3 | r ...
   *                          ^ the log's start, once portion 3 is durable
   *
   * Commands go on between the portions (r). A portion shows its groups as they are when it is queued, so what a
   * command changed before lies in it, and what one changes later lies behind it. A crash at any point leaves a log that
   * replays to the same state.
   */
  async #clean(machine: M): Promise<void> {
    const bytesBefore = this.#logBytes
    // If there is nothing alive all that is durable now may go, once the last tombstones are durable too.
    let start = this.#endOffset
    const queued = this.#durable
    let appended = 0
    let liveBytes = 0
    for (const portion of portionsOf(machine.snapshot())) {
      const baseOffset = await this.#append(machine, portion, this.#options.now().wallMs)
      if (this.#machine !== machine || this.#closed) return
      if (appended++ === 0) start = baseOffset
      for (const record of portion) liveBytes += recordBytes(record)
    }
    await queued
    await this.#options.log.deleteBefore(this.partition, start)
    this.#logBytes -= bytesBefore
    this.#liveBytes = liveBytes
  }
}

/** Gathers what belongs together into portions of about `snapshotBytes`. */
function* portionsOf(snapshot: Iterable<readonly CoordinatorRecord[]>): Generator<readonly CoordinatorRecord[]> {
  let portion: CoordinatorRecord[] = []
  let bytes = 0
  for (const records of snapshot) {
    for (const record of records) {
      portion.push(record)
      bytes += recordBytes(record)
    }
    if (bytes < snapshotBytes) continue
    yield portion
    portion = []
    bytes = 0
  }
  if (portion.length > 0) yield portion
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)))
