import type { Address, Connection } from '@ottla/runtime'
import { asOttlaError, OttlaError } from '../ottla-error.ts'
import { BrokerConnection } from './broker-connection.ts'
import type { ConnectionSettings } from './client-options.ts'
import type { TimerWheel } from './timer-wheel.ts'

export interface Endpoint extends Address {
  /** Undefined: a bootstrap server, of which only the address is known. */
  readonly id?: number
}

/** Opens connections that are ready for use: TLS, versions, authentication. */
export class Connector {
  readonly #settings: ConnectionSettings
  readonly #wheel: TimerWheel

  constructor(settings: ConnectionSettings, wheel: TimerWheel) {
    this.#settings = settings
    this.#wheel = wheel
  }

  async open(endpoint: Endpoint): Promise<BrokerConnection> {
    const { clientId, requestTimeoutMs, connectTimeoutMs, maxResponseBytes } = this.#settings
    const giveUp = new AbortController()
    let connection: BrokerConnection | undefined
    const deadline = this.#wheel.after(connectTimeoutMs, () => {
      giveUp.abort(new Error(`no answer within ${connectTimeoutMs} ms`))
      connection?.close()
    })
    try {
      const stream = await this.#connect(endpoint, giveUp.signal)
      const options = { wheel: this.#wheel, clientId, requestTimeoutMs, maxResponseBytes }
      connection = new BrokerConnection(stream, endpoint, options)
      await connection.negotiate()
      return connection
    } catch (error) {
      connection?.close()
      throw giveUp.signal.aborted ? unreachable(endpoint, giveUp.signal.reason) : asOttlaError(error)
    } finally {
      deadline.cancel()
    }
  }

  /** A network that does not know the signal may connect later: that connection is closed then. */
  #connect(endpoint: Endpoint, signal: AbortSignal): Promise<Connection> {
    const { tls, runtime } = this.#settings
    const connecting = runtime.network.connect(endpoint, { signal, ...(tls !== undefined && { tls }) })
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(unreachable(endpoint, signal.reason)), { once: true })
      connecting.then(
        (stream) => (signal.aborted ? stream.destroy() : resolve(stream)),
        (error) => reject(unreachable(endpoint, error)),
      )
    })
  }
}

function unreachable(endpoint: Endpoint, cause: unknown): OttlaError {
  const why = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message
  const address = `${endpoint.host}:${endpoint.port}`
  if (endpoint.id === undefined) {
    const message = `cannot connect to the bootstrap server ${address} (${why}); is a broker running there?`
    return new OttlaError('NETWORK_EXCEPTION', { message, broker: address, cause })
  }
  const message =
    `cannot connect to broker ${endpoint.id} at ${address} (${why}). This is the address that the cluster advertises; ` +
    "if it cannot be reached from here, change the broker's advertised.listeners"
  return new OttlaError('NETWORK_EXCEPTION', { message, broker: `${address} (id ${endpoint.id})`, cause })
}
