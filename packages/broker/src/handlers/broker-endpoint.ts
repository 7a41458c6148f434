import type { RequestContext } from '../handler.ts'

/** This broker, at the address where this client should connect to it. */
export function brokerEndpoint({ brokerId, cluster, connection }: RequestContext) {
  const rack = cluster.image.brokers.find(({ id }) => id === brokerId)?.rack ?? null
  return { nodeId: brokerId, host: connection.advertised.host, port: connection.advertised.port, rack }
}
