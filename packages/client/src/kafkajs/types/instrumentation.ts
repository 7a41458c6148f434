export interface InstrumentationEvent<T> {
  id: string
  type: string
  timestamp: number
  payload: T
}

export type RemoveInstrumentationEventListener<_T> = () => void

export type ConnectEvent = InstrumentationEvent<null>
export type DisconnectEvent = InstrumentationEvent<null>

interface SentRequest {
  apiKey: number
  apiName: string
  apiVersion: number
  broker: string
  clientId: string
  correlationId: number
  createdAt: number
  pendingDuration: number
  sentAt: number
}

export type RequestEvent = InstrumentationEvent<SentRequest & { duration: number; size: number }>
export type RequestTimeoutEvent = InstrumentationEvent<SentRequest>
export type RequestQueueSizeEvent = InstrumentationEvent<{ broker: string; clientId: string; queueSize: number }>

/** `on`, as all three clients have it for their connections. */
export interface NetworkListeners<
  E extends Record<'CONNECT' | 'DISCONNECT' | 'REQUEST' | 'REQUEST_QUEUE_SIZE' | 'REQUEST_TIMEOUT', string>,
> {
  (name: E['CONNECT'], listener: (event: ConnectEvent) => void): RemoveInstrumentationEventListener<typeof name>
  (name: E['DISCONNECT'], listener: (event: DisconnectEvent) => void): RemoveInstrumentationEventListener<typeof name>
  (name: E['REQUEST'], listener: (event: RequestEvent) => void): RemoveInstrumentationEventListener<typeof name>
  (
    name: E['REQUEST_QUEUE_SIZE'],
    listener: (event: RequestQueueSizeEvent) => void,
  ): RemoveInstrumentationEventListener<typeof name>
  (
    name: E['REQUEST_TIMEOUT'],
    listener: (event: RequestTimeoutEvent) => void,
  ): RemoveInstrumentationEventListener<typeof name>
  (
    name: E[keyof E],
    listener: (event: InstrumentationEvent<any>) => void,
  ): RemoveInstrumentationEventListener<typeof name>
}
