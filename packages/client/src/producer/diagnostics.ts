import { tracingChannel } from 'node:diagnostics_channel'
import type { ProducerRecord } from './record.ts'

/*
 * What tools may listen to, by `node:diagnostics_channel`. It costs nothing while nobody does.
 *   ottla:producer:send   tracing: records on their way, from the call until all are delivered.   SendMessage
 */

export interface SendMessage {
  /** A listener may put others in their place when the sending begins: so a trace gets into their headers. */
  records: readonly ProducerRecord[]
}

const sending = tracingChannel<string, SendMessage>('ottla:producer:send')

// The types of Node 20 lack the property that it has.
export const isSendHeard = (): boolean => (sending as unknown as { readonly hasSubscribers: boolean }).hasSubscribers

export function tracedSend<T>(
  records: readonly ProducerRecord[],
  send: (records: readonly ProducerRecord[]) => Promise<T>,
): Promise<T> {
  const message: SendMessage = { records }
  return sending.tracePromise(() => send(message.records), message) as unknown as Promise<T>
}
