import type { Api, Decoded, Message, Partially } from '@ottla/protocol'
import { apis, stableVersions } from '@ottla/protocol'
import type { Address } from '@ottla/runtime'
import type { FetchSessions } from './fetch/fetch-sessions.ts'
import type { ProducerIds } from './producer-ids.ts'
import type { Reservation, ResponseMemory } from './server/response-memory.ts'
import type { Services } from './services.ts'
import type { BrokerSettings } from './settings.ts'

/** What a handler knows beside the request itself. */
export interface RequestContext extends Services {
  readonly apiVersion: number
  readonly clientId: string | null
  readonly connection: ConnectionContext
  readonly server: ServerContext
  /** Set by a handler that reserved memory for its answer: released when the client has taken it. */
  reservation: Reservation | undefined
}

/** What the server knows beside the services; one per broker. */
export interface ServerContext {
  readonly settings: BrokerSettings
  readonly handlers: readonly Handler[]
  readonly responseMemory: ResponseMemory
  readonly fetchSessions: FetchSessions
  readonly producerIds: ProducerIds
  /** Another number each time, for taking turns. */
  nextTurn(): number
  /** Called when this broker's answers should not wait any longer: a topic went away, or the broker stops. */
  onWake(listener: () => void): () => void
}

export interface ConnectionContext {
  /** Unique within this broker's run. */
  readonly id: number
  readonly clientHost: string
  /** Where this client should connect to: the advertised address, or the one that its connection came to. */
  readonly advertised: Address
  readonly open: boolean
  /** Called once when the connection is gone. Returns its removal. */
  onClose(listener: () => void): () => void
  /** Ends this connection, as the only answer there is. `why` goes to the log. */
  close(why: string): void
}

/** The code behind one API. `undefined` as an answer: none is sent (Produce with acks=0). */
export interface Handler {
  readonly api: Api
  readonly versions: readonly [min: number, max: number]
  handle(request: any, context: RequestContext): any
}

/**
 * Declares a handler. Its versions are those of the message unless it narrows them; ApiVersions lists what is declared.
 * What it throws becomes UNKNOWN_SERVER_ERROR in the response's shape where it has one, else the connection closes.
 */
export function handler<Q extends Message<any>, S extends Message<any>>(
  request: Q,
  response: S,
  handle: (
    request: Decoded<Q>,
    context: RequestContext,
  ) => Partially<Decoded<S>> | undefined | Promise<Partially<Decoded<S>> | undefined>,
  versions: readonly [min: number, max: number] = stableVersions(request),
): Handler {
  const api = apis.find(
    (known) => known.request === (request as Message<any>) && known.response === (response as Message<any>),
  )
  if (api === undefined) throw new Error(`${request.name} and ${response.name} are not one API`)
  return { api, versions, handle }
}
