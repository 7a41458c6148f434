import type { Address, Listener } from '@ottla/runtime'
import type { Handler } from './handler.ts'
import { handlers as allHandlers } from './handlers/index.ts'
import { ClientConnection } from './server/client-connection.ts'
import { ConnectionLimits } from './server/connection-limits.ts'
import { ConnectionSweep } from './server/connection-sweep.ts'
import { ServerState } from './server/server-state.ts'
import type { Services } from './services.ts'
import type { BrokerSettings } from './settings.ts'

/** A server of Kafka's protocol. */
export interface Broker {
  /** Takes connections. Returns the address with the port that was really taken. May be called for several addresses. */
  listen(address: Address): Promise<Address>
  /** Stops taking requests, lets those finish that are being worked on, and closes all connections. */
  close(): Promise<void>
}

export function createBroker(
  services: Services,
  settings: BrokerSettings,
  handlers: readonly Handler[] = allHandlers,
): Broker {
  const server = new ServerState(services, settings, handlers)
  const limits = new ConnectionLimits(server)
  const sweep = new ConnectionSweep(server)
  const listeners: Listener[] = []
  let nextConnectionId = 1
  let closing: Promise<void> | undefined

  // A later topic of the same name is another one: what groups have read of this one says nothing about it.
  services.cluster.onChange(async (image, before) => {
    for (const topic of before.topics.values())
      if (!image.topicsById.has(topic.id)) await services.groups.topicDeleted(topic.name)
  })
  // A fetch that waits for a topic which has gone must not wait on.
  services.cluster.onChange((image, before) => {
    for (const topicId of before.topicsById.keys()) if (!image.topicsById.has(topicId)) return server.wake()
  })

  const close = async () => {
    server.stopping = true
    server.wake()
    const listenersClosed = listeners.map((listener) => listener.close())
    await finished(server)
    sweep.stop()
    for (const connection of [...server.connections]) connection.end()
    await Promise.all(listenersClosed)
  }

  return {
    async listen(address) {
      const listener = await services.runtime.network.listen(address, (connection) => {
        if (server.stopping || !limits.admit(connection)) return connection.destroy()
        const client = new ClientConnection(server, connection, nextConnectionId++)
        server.connections.add(client)
        client.onClose(() => {
          limits.leave(client.clientHost)
          services.groups.connectionClosed(client.id)
        })
      })
      listeners.push(listener)
      return listener.address
    },
    close() {
      closing ??= close()
      return closing
    },
  }
}

/** Waits until the requests that are being worked on are answered, as long as the settings allow. */
function finished(server: ServerState): Promise<void> {
  return new Promise((resolve) => {
    const timer = server.runtime.timer(server.settings.shutdownGraceMs, resolve)
    server.whenFinished(() => {
      timer.cancel()
      resolve()
    })
  })
}
