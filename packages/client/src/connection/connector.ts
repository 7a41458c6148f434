import type { Connection } from '@ottla/runtime'
import { asOttlaError } from '../ottla-error.ts'
import { BrokerConnection } from './broker-connection.ts'
import { randomInteger } from './chance.ts'
import type { ConnectionSettings } from './client-options.ts'
import type { ConnectionWatch } from './diagnostics.ts'
import type { Endpoint } from './endpoint.ts'
import { authenticate } from './sasl/authenticate.ts'
import type { TimerWheel } from './timer-wheel.ts'
import { unreachable } from './unreachable.ts'

/** Opens connections that are ready for use: TLS, versions, authentication. */
export class Connector {
  readonly #settings: ConnectionSettings
  readonly #wheel: TimerWheel
  readonly #watch: ConnectionWatch

  constructor(settings: ConnectionSettings, wheel: TimerWheel, watch: ConnectionWatch) {
    this.#settings = settings
    this.#wheel = wheel
    this.#watch = watch
  }

  async open(endpoint: Endpoint): Promise<BrokerConnection> {
    const broker = `${endpoint.host}:${endpoint.port}`
    const connection = await this.#watch.connecting(broker, endpoint.id, () => this.#open(endpoint))
    connection.becomesReady()
    return connection
  }

  async #open(endpoint: Endpoint): Promise<BrokerConnection> {
    const { clientId, requestTimeoutMs, connectTimeoutMs, maxResponseBytes } = this.#settings
    const giveUp = new AbortController()
    let connection: BrokerConnection | undefined
    const deadline = this.#wheel.after(connectTimeoutMs, () => {
      giveUp.abort(new Error(`no answer within ${connectTimeoutMs} ms`))
      connection?.close()
    })
    try {
      const stream = await this.#connect(endpoint, giveUp.signal)
      const options = {
        wheel: this.#wheel,
        clientId,
        requestTimeoutMs,
        maxResponseBytes,
        earlyCloseHint: this.#earlyCloseHint(),
        watch: this.#watch,
      }
      connection = new BrokerConnection(stream, endpoint, options)
      await connection.negotiate()
      await this.#logIn(connection)
      return connection
    } catch (error) {
      connection?.close()
      throw giveUp.signal.aborted ? unreachable(endpoint, giveUp.signal.reason) : asOttlaError(error)
    } finally {
      deadline.cancel()
    }
  }

  /** A broker that expects TLS or SASL, and does not get it, just closes the connection. */
  #earlyCloseHint(): string {
    const { tls, sasl } = this.#settings
    const missing = [tls === undefined && 'TLS', sasl === undefined && 'SASL'].filter((each) => each !== false)
    return missing.length === 0 ? '' : `; does this port expect ${missing.join(' or ')}?`
  }

  async #logIn(connection: BrokerConnection): Promise<void> {
    const { sasl, runtime } = this.#settings
    if (sasl === undefined) return
    const lifetimeMs = await authenticate(connection, sasl, runtime)
    if (lifetimeMs <= 0) return
    // As the Java client: somewhere in the last part of the session, so that a fleet of clients does not come at once.
    const afterMs = lifetimeMs * (0.85 + randomInteger(runtime, 100) / 1000)
    const deadline = this.#wheel.after(afterMs, () => connection.withoutOthers(() => this.#logIn(connection)))
    connection.onClose(() => deadline.cancel())
  }

  /** A network that does not know the signal may connect later: that connection is closed then. */
  #connect(endpoint: Endpoint, signal: AbortSignal): Promise<Connection> {
    const { tls, runtime } = this.#settings
    const connecting = runtime.network.connect(endpoint, { signal, ...(tls !== undefined && { tls }) })
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(unreachable(endpoint, signal.reason)), { once: true })
      connecting.then(
        (stream) => (signal.aborted ? stream.destroy() : resolve(stream)),
        (error) => reject(unreachable(endpoint, error, tls !== undefined)),
      )
    })
  }
}
