import type { GroupClient } from '@ottla/coordinator'
import type { RequestContext } from '../handler.ts'

/** Who sends a request of the group protocol. The host is written as Kafka writes it: tools show it. */
export const groupClient = ({ apiVersion, clientId, connection }: RequestContext): GroupClient => ({
  apiVersion,
  clientId,
  clientHost: `/${connection.clientHost}`,
  connectionId: connection.id,
})
