import { tracingChannel } from 'node:diagnostics_channel'
import type { Span } from '@opentelemetry/api'
import { recordFailure } from './attributes.ts'

interface Traced {
  readonly error?: unknown
}

export interface ChannelSpans<M> {
  readonly begin: (message: M) => Span
  /** Adds what is known in the end. */
  readonly describe?: (span: Span, message: M) => void
}

/** Makes spans of what a tracing channel tells, until the result is called. Those under way end then. */
export function spansOf<M extends object>(channel: string, { begin, describe }: ChannelSpans<M>): () => void {
  const spans = new Map<object, Span>()
  const finish = (message: M & Traced) => {
    const span = spans.get(message)
    if (span === undefined) return
    spans.delete(message)
    if (message.error === undefined) describe?.(span, message)
    else recordFailure(span, message.error)
    span.end()
  }
  const listeners = {
    start: (message: M) => void spans.set(message, begin(message)),
    // What fails before it has given a promise ends here.
    end: (message: M & Traced) => (message.error === undefined ? undefined : finish(message)),
    asyncStart() {},
    asyncEnd: finish,
    error() {},
  }
  const traced = tracingChannel<string, M>(channel)
  traced.subscribe(listeners as any)
  return () => {
    traced.unsubscribe(listeners as any)
    for (const span of spans.values()) span.end()
    spans.clear()
  }
}
