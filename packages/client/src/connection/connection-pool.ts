import type { Runtime } from '@ottla/runtime'
import { OttlaError } from '../ottla-error.ts'
import type { BrokerConnection } from './broker-connection.ts'
import { type BackoffOptions, backoffMs } from './chance.ts'
import type { Connector } from './connector.ts'
import type { Endpoint } from './endpoint.ts'
import type { TimerWheel } from './timer-wheel.ts'

/**
 * What a connection is for. A broker answers one connection's requests one after the other, so what waits there (a long
 * fetch, a join) has a connection of its own.
 */
export type Lane = 'main' | 'produce' | 'fetch' | 'group' | 'bootstrap'

interface Slot {
  readonly key: string
  readonly endpoint: Endpoint
  readonly lane: Lane
  opening: Promise<BrokerConnection> | undefined
  open: BrokerConnection | undefined
  failures: number
  notBeforeMs: number
}

export interface ConnectionPoolOptions {
  readonly runtime: Runtime
  readonly wheel: TimerWheel
  readonly connector: Connector
  readonly backoff: BackoffOptions
  /** Is called with each new connection. */
  readonly opened: (connection: BrokerConnection, lane: Lane) => void
}

/** At most one connection for each broker and lane, opened when it is first needed; after failures, at growing pauses. */
export class ConnectionPool {
  readonly #options: ConnectionPoolOptions
  readonly #slots = new Map<string, Slot>()
  #isClosed = false

  constructor(options: ConnectionPoolOptions) {
    this.#options = options
  }

  get(endpoint: Endpoint, lane: Lane): Promise<BrokerConnection> {
    if (this.#isClosed) return Promise.reject(new OttlaError('CLIENT_CLOSED'))
    const slot = this.#slot(endpoint, lane)
    if (slot.open?.isOpen === true) return Promise.resolve(slot.open)
    slot.opening ??= this.#open(slot).finally(() => {
      slot.opening = undefined
    })
    return slot.opening
  }

  /** An open connection, if there is one: for callers that must not wait. */
  openConnection(endpoint: Endpoint, lane: Lane): BrokerConnection | undefined {
    const open = this.#slots.get(keyOf(endpoint, lane))?.open
    return open?.isOpen === true ? open : undefined
  }

  /** Connecting failed lately, and it is not time to try again. */
  isResting(endpoint: Endpoint, lane: Lane): boolean {
    const slot = this.#slots.get(keyOf(endpoint, lane))
    return slot !== undefined && slot.notBeforeMs > this.#options.runtime.monotonic()
  }

  /** Closes what leads to a broker that is gone from the cluster, or has moved. */
  keepOnly(endpoints: readonly Endpoint[]): void {
    const kept = new Set(endpoints.map(addressKey))
    for (const [key, slot] of this.#slots) {
      if (slot.endpoint.id === undefined || kept.has(addressKey(slot.endpoint))) continue
      this.#slots.delete(key)
      slot.open?.close()
    }
  }

  close(): void {
    this.#isClosed = true
    for (const slot of this.#slots.values()) slot.open?.close()
    this.#slots.clear()
  }

  #slot(endpoint: Endpoint, lane: Lane): Slot {
    const key = keyOf(endpoint, lane)
    let slot = this.#slots.get(key)
    if (slot === undefined) {
      slot = { key, endpoint, lane, opening: undefined, open: undefined, failures: 0, notBeforeMs: 0 }
      this.#slots.set(key, slot)
    }
    return slot
  }

  async #open(slot: Slot): Promise<BrokerConnection> {
    const { runtime, wheel, connector, backoff, opened } = this.#options
    const restMs = slot.notBeforeMs - runtime.monotonic()
    if (restMs > 0) await wheel.sleep(restMs)
    try {
      const connection = await connector.open(slot.endpoint)
      if (this.#slots.get(slot.key) !== slot) {
        connection.close()
        throw this.#isClosed
          ? new OttlaError('CLIENT_CLOSED')
          : new OttlaError('NETWORK_EXCEPTION', {
              message: 'the broker has another address now',
              broker: connection.broker,
            })
      }
      slot.failures = 0
      slot.open = connection
      opened(connection, slot.lane)
      return connection
    } catch (error) {
      slot.notBeforeMs = runtime.monotonic() + backoffMs(runtime, slot.failures++, backoff)
      throw error
    }
  }
}

const addressKey = (endpoint: Endpoint) => `${endpoint.id ?? ''}@${endpoint.host}:${endpoint.port}`
const keyOf = (endpoint: Endpoint, lane: Lane) => `${lane}/${addressKey(endpoint)}`
