import { type Link, type Span, SpanKind, type Tracer } from '@opentelemetry/api'
import type { AnyRecord, SendMessage } from '@ottla/client'
import { known, names, ofMessage, operation } from './attributes.ts'
import { creatorOfSent, withTraceOf } from './propagation.ts'

/**
 * One span for each call of `send` or `sendBatch`. Its context goes into the records' headers, where the application has
 * not put one by itself: those records keep theirs, and the span has a link to it.
 */
export function beginSend(tracer: Tracer, message: SendMessage): Span {
  const { records, clientId } = message
  const topics = new Set(records.map(({ topic }) => String(topic)))
  const topic = topics.size === 1 ? [...topics][0] : undefined
  const only = records.length === 1 ? records[0]! : undefined
  const attributes = {
    ...operation('send', 'send'),
    ...known({
      [names.destination]: topic,
      [names.client]: clientId,
      [names.count]: only === undefined ? records.length : undefined,
    }),
    ...(only && ofMessage(only)),
  }
  const creators = records.map(creatorOfSent)
  const links = creators.filter((creator) => creator !== undefined).map((context): Link => ({ context }))
  const name = topic === undefined ? 'send' : `send ${topic}`
  const span = tracer.startSpan(name, { kind: SpanKind.PRODUCER, attributes, links })
  message.records = records.map((record: AnyRecord, i) =>
    creators[i] === undefined ? withTraceOf(record, span) : record,
  )
  return span
}

/** Where the record is now, if it was one. */
export function describeSent(span: Span, { result }: SendMessage): void {
  if (result?.length !== 1) return
  const { partition, offset } = result[0]!
  span.setAttributes(known({ [names.partition]: String(partition), [names.offset]: offset < 0 ? undefined : offset }))
}
