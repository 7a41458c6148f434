import { type Address, type Connection, type Inlet, type Listener, type Network, pour } from '@ottla/runtime'
import type { SimulatedRuntime } from './simulated-runtime.ts'

export interface NetworkFaults {
  /** Of each piece that is written: the connection is cut somewhere within it. */
  readonly cut: number
  /** Of each piece: it takes up to `lateMs` longer. */
  readonly late: number
  readonly lateMs: number
  /** Of each connect. */
  readonly refused: number
}

export const noFaults: NetworkFaults = { cut: 0, late: 0, lateMs: 0, refused: 0 }

/** Byte streams between ends of one process, over the simulated clock, with faults by chance. */
export class SimulatedNetwork implements Network {
  faults: NetworkFaults = noFaults
  latencyMs = 1
  readonly #runtime: SimulatedRuntime
  readonly #listeners = new Map<string, (connection: Connection) => void>()
  readonly #open = new Set<SimulatedEnd>()
  readonly #silent = new Set<string>()
  #nextPort = 40_000

  constructor(runtime: SimulatedRuntime) {
    this.#runtime = runtime
  }

  async listen(address: Address, accept: (connection: Connection) => void): Promise<Listener> {
    const bound = { host: address.host, port: address.port || this.#nextPort++ }
    const key = keyOf(bound)
    this.#listeners.set(key, accept)
    return {
      address: bound,
      close: async () => {
        this.#listeners.delete(key)
      },
    }
  }

  async connect(address: Address): Promise<Connection> {
    await this.#runtime.sleep(this.latencyMs)
    if (this.#silent.has(keyOf(address))) return new Promise(() => {})
    const accept = this.#listeners.get(keyOf(address))
    if (accept === undefined || this.#runtime.chance.happens(this.faults.refused))
      throw Object.assign(new Error(`connect ECONNREFUSED ${keyOf(address)}`), { code: 'ECONNREFUSED' })
    const local = { host: 'client', port: this.#nextPort++ }
    const near = new SimulatedEnd(this, { local, remote: address })
    const far = new SimulatedEnd(this, { local: address, remote: local })
    near.peer = far
    far.peer = near
    this.#open.add(near)
    accept(far)
    return near
  }

  /** Cuts every connection to an address, as when its process dies. */
  cutAll(address: Address): void {
    for (const end of [...this.#open]) if (keyOf(end.remote) === keyOf(address)) end.destroy()
  }

  /**
   * Nothing comes through to or from an address, and nobody is told, as behind a firewall that has forgotten the
   * connections. Those that are open stay silent; after `ms` new ones are possible.
   */
  silence(address: Address, ms: number): void {
    const key = keyOf(address)
    this.#silent.add(key)
    this.#runtime.timer(ms, () => this.#silent.delete(key))
    for (const end of this.#open) if (keyOf(end.remote) === key) end.isCut = end.peer!.isCut = true
  }

  /** Brings `bytes` to an end, in the order of sending; they may be cut off, and with them the connection. */
  carry(from: SimulatedEnd, bytes: Buffer): void {
    const { chance } = this.#runtime
    if (from.isCut) return
    const isCut = chance.happens(this.faults.cut)
    from.isCut = isCut
    const arrives = isCut ? bytes.subarray(0, chance.integer(bytes.length)) : bytes
    const lateMs = chance.happens(this.faults.late) ? chance.next() * this.faults.lateMs : 0
    const now = this.#runtime.monotonic()
    from.arrivalMs = Math.max(from.arrivalMs, now + this.latencyMs + lateMs)
    this.#runtime.timer(from.arrivalMs - now, () => {
      from.peer!.receive(arrives)
      if (isCut) from.destroy()
    })
  }

  /** Tells the other end, behind what is still on its way. */
  closed(end: SimulatedEnd): void {
    this.#open.delete(end)
    this.#open.delete(end.peer!)
    const delayMs = Math.max(end.arrivalMs - this.#runtime.monotonic(), this.latencyMs)
    this.#runtime.timer(delayMs, () => end.peer!.destroy())
  }
}

export class SimulatedEnd implements Connection {
  readonly local: Address
  readonly remote: Address
  readonly pendingBytes = 0
  peer: SimulatedEnd | undefined
  /** When the last of what was written arrives. */
  arrivalMs = 0
  /** What is written now does not arrive any more. */
  isCut = false
  readonly #network: SimulatedNetwork
  #isOpen = true
  #receive: (chunk: Buffer) => void = () => {}
  #closed: (error?: Error) => void = () => {}

  constructor(network: SimulatedNetwork, { local, remote }: { local: Address; remote: Address }) {
    this.#network = network
    this.local = local
    this.remote = remote
  }

  onData(receive: (chunk: Buffer) => void): void {
    this.#receive = receive
  }

  readInto(inlet: Inlet): void {
    this.#receive = (chunk) => pour(chunk, inlet)
  }

  onDrain(): void {}

  onClose(closed: (error?: Error) => void): void {
    this.#closed = closed
  }

  write(buffers: readonly Uint8Array[]): boolean {
    if (this.#isOpen) this.#network.carry(this, Buffer.concat(buffers))
    return true
  }

  receive(bytes: Buffer): void {
    if (this.#isOpen && bytes.length > 0) this.#receive(bytes)
  }

  pause(): void {}

  resume(): void {}

  end(): void {
    this.destroy()
  }

  destroy(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#network.closed(this)
    this.#closed()
  }
}

const keyOf = (address: Address) => `${address.host}:${address.port}`
