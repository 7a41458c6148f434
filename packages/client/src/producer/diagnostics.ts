import { tracingChannel } from 'node:diagnostics_channel'
import type { AnyRecord } from '../topic/typed-topic.ts'
import type { RecordMetadata } from './record.ts'

/*
 * What tools may listen to, by `node:diagnostics_channel`. It costs nothing while nobody does.
 *   ottla:producer:send   tracing: records on their way, from the call until all are delivered.   SendMessage
 */

/** On the tracing channel `ottla:producer:send`: records, from `send` until they are delivered. */
export interface SendMessage {
  /** A listener may put others in their place when the sending begins: so a trace gets into their headers. */
  records: readonly AnyRecord[]
  readonly clientId: string
  readonly transactionalId: string | undefined
  /** Where the records are, in their order; when all are delivered. */
  readonly result?: readonly RecordMetadata[]
  /** Why they are not. */
  readonly error?: unknown
}

const sending = tracingChannel<string, SendMessage>('ottla:producer:send')

// The types of Node 20 lack the property that it has.
export const isSendHeard = (): boolean => (sending as unknown as { readonly hasSubscribers: boolean }).hasSubscribers

export const tracedSend = <T>(message: SendMessage, send: (records: readonly AnyRecord[]) => Promise<T>): Promise<T> =>
  sending.tracePromise(() => send(message.records), message) as unknown as Promise<T>
