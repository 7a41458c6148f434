import {
  type Context,
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  type TextMapGetter,
  trace,
} from '@opentelemetry/api'
import type { AnyRecord, ConsumerRecord, Headers } from '@ottla/client'

type RecordHeaders = ConsumerRecord['headers']

/** A name that comes twice has its last value: whoever sent the record on has added it. */
const headerGetter: TextMapGetter<RecordHeaders> = {
  keys: (headers) => headers.map(({ key }) => key),
  get: (headers, key) => headers.findLast((header) => header.key === key)?.value?.toString(),
}

/** The context that the record's sender has put into its headers, on top of another; that one if there is none. */
export const contextOf = (record: { readonly headers: RecordHeaders }, base: Context = context.active()): Context =>
  propagation.extract(base, record.headers, headerGetter)

/** Where a record came from; undefined if its headers do not say. */
export function creatorOf(record: { readonly headers: RecordHeaders }): SpanContext | undefined {
  return trace.getSpanContext(contextOf(record, ROOT_CONTEXT))
}

/** The creator of a record that is to be sent: an application may have put a context into its headers by itself. */
export const creatorOfSent = ({ headers }: AnyRecord): SpanContext | undefined =>
  headers === undefined ? undefined : creatorOf({ headers: pairs(headers).map(([key, value]) => ({ key, value })) })

/** The record with the trace of a span in its headers. */
export function withTraceOf<R extends AnyRecord>(record: R, span: Span): R {
  const carrier: Record<string, string> = {}
  propagation.inject(trace.setSpan(context.active(), span), carrier)
  const added = Object.entries(carrier)
  if (added.length === 0) return record
  const { headers } = record
  return { ...record, headers: headers === undefined ? carrier : [...pairs(headers), ...added] }
}

function pairs(headers: Headers): [string, Buffer | null][] {
  const all = Symbol.iterator in headers ? [...(headers as Iterable<readonly [string, unknown]>)] : listed(headers)
  return all.map(([key, value]) => [key, value === null ? null : Buffer.from(value as string)])
}

const listed = (headers: Headers): (readonly [string, unknown])[] =>
  Object.entries(headers).flatMap(([key, value]) =>
    Array.isArray(value) ? value.map((each) => [key, each] as const) : [[key, value] as const],
  )
