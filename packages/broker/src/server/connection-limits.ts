import type { Connection } from '@ottla/runtime'
import type { ServerState } from './server-state.ts'

/** `max.connections` and `max.connections.per.ip`. */
export class ConnectionLimits {
  private readonly server: ServerState
  private readonly countByHost = new Map<string, number>()

  constructor(server: ServerState) {
    this.server = server
  }

  /** False: one too many. Counts the connection until it closes. */
  admit(connection: Connection): boolean {
    const { maxConnections, maxConnectionsPerIp } = this.server.settings
    const { host } = connection.remote
    const fromHost = this.countByHost.get(host) ?? 0
    const over =
      this.server.connections.size >= maxConnections
        ? `max.connections=${maxConnections}`
        : fromHost >= maxConnectionsPerIp
          ? `max.connections.per.ip=${maxConnectionsPerIp}`
          : undefined
    if (over !== undefined) {
      this.server.log.write('warn', `refusing a connection from ${host}: ${over} is reached`)
      return false
    }
    this.countByHost.set(host, fromHost + 1)
    return true
  }

  leave(host: string): void {
    const left = (this.countByHost.get(host) ?? 0) - 1
    if (left > 0) this.countByHost.set(host, left)
    else this.countByHost.delete(host)
  }
}
