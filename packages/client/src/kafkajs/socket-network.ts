import type { Network, Runtime } from '@ottla/runtime'
import { networkOver } from '@ottla/runtime'
import type { ISocketFactory, KafkaConfig } from './types/kafka.ts'

/** Connections as the configuration wants them: over sockets of its factory, or by this client's own network. */
export function configuredNetwork(runtime: Runtime, config: KafkaConfig): Network {
  const { connectionTimeout = 1_000, socketFactory, ssl } = config
  const network = socketFactory === undefined ? runtime.network : overFactory(socketFactory, ssl)
  return {
    listen: (address, accept) => network.listen(address, accept),
    connect: (address, options = {}) =>
      withinTime(runtime, connectionTimeout, options.signal, (signal) =>
        network.connect(address, { ...options, signal }),
      ),
  }
}

function overFactory(factory: ISocketFactory, ssl: KafkaConfig['ssl']): Network {
  // kafkajs has undefined here for connections without TLS.
  const tls = ssl === true ? {} : ssl || undefined
  return networkOver(({ host, port }, opened) => factory({ host, port, ssl: tls!, onConnect: opened }))
}

/** Gives up on a connection that does not come about in time. */
async function withinTime<T>(
  runtime: Runtime,
  ms: number,
  given: AbortSignal | undefined,
  connect: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController()
  const timer = runtime.timer(ms, () => late.abort(new Error('Connection timeout')))
  try {
    return await connect(given === undefined ? late.signal : AbortSignal.any([given, late.signal]))
  } finally {
    timer.cancel()
  }
}
