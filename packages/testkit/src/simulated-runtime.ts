import { type Log, type LogLevel, type Network, type Runtime, silentLog } from '@ottla/runtime'
import { Random } from './random.ts'
import { SimulatedClock } from './simulated-clock.ts'
import { SimulatedDisk } from './simulated-disk.ts'
import { SimulatedFiles } from './simulated-files.ts'

export interface SimulatedProcess extends Runtime {
  readonly files: SimulatedFiles
}

/** Everything that a process meets, from one seed: its clock, its chance, and a disk that outlives it. */
export class Simulation {
  readonly random: Random
  readonly disk = new SimulatedDisk()
  clock = new SimulatedClock(1_700_000_000_000)
  readonly #log: Log

  constructor(seed: number, log: Log = silentLog) {
    this.random = new Random(seed)
    this.#log = log
  }

  /** A process begins. What an earlier one was doing never happens: it is dead. */
  process(): SimulatedProcess {
    this.clock = new SimulatedClock(this.clock.now + 1)
    const { clock } = this
    const random = new Random(this.random.uint32())
    return {
      now: () => Math.floor(clock.now),
      monotonic: () => clock.now,
      timer: (ms, fire) => clock.schedule(ms, fire),
      afterInput: (fire) => void clock.schedule(0, fire),
      randomBytes: (count) => random.bytes(count),
      files: new SimulatedFiles(this.disk, clock, random),
      network: noNetwork,
      log: {
        enabled: (level: LogLevel) => this.#log.enabled(level),
        write: (level, message, fields) => this.#log.write(level, message, { at: clock.now, ...fields }),
      },
    }
  }

  /** Lets the process do what it can do without waiting, then lets one event happen. False: there is nothing to wait for. */
  async step(): Promise<boolean> {
    await idle()
    const stepped = this.clock.step()
    await idle()
    return stepped
  }

  /** What can be done without waiting has been done. */
  settled(): Promise<void> {
    return idle()
  }

  /** Lets time pass until a promise is settled. Throws if that takes longer than `limitMs`. */
  async until<T>(promise: Promise<T>, limitMs = 600_000): Promise<T> {
    let settled = false
    const settle = () => {
      settled = true
    }
    promise.then(settle, settle)
    const limit = this.clock.now + limitMs
    await idle()
    while (!settled) {
      if (!this.clock.step()) throw new Error('the simulation stands still')
      if (this.clock.now > limit) throw new Error(`nothing came of it in ${limitMs} ms`)
      await idle()
    }
    return promise
  }
}

/**
 * All that promises have to do has been done: Node runs ticks when no microtask is left. (An immediate would do too, but
 * goes through the event loop, which takes most of the time of a simulation.)
 */
const idle = () => new Promise<void>((resolve) => process.nextTick(resolve))

const noNetwork: Network = {
  listen: () => Promise.reject(new Error('this simulation has no network')),
  connect: () => Promise.reject(new Error('this simulation has no network')),
}
