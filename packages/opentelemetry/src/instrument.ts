import { context, SpanKind, type Tracer, type TracerProvider, trace } from '@opentelemetry/api'
import type { CommitMessage, ProcessMessage, SendMessage } from '@ottla/client'
import { known, names, operation } from './attributes.ts'
import { spansOf } from './channel-spans.ts'
import { beginProcess } from './process-spans.ts'
import { beginSend, describeSent } from './send-spans.ts'
import { tracerOf } from './tracer.ts'

/** Where spans go. */
export interface InstrumentOptions {
  /** Instead of the global one. */
  readonly tracerProvider?: TracerProvider
}

/** What `instrumentOttla` has begun. */
export interface Instrumentation {
  /** No more spans are begun, and nothing more goes into headers. */
  disable(): void
}

/**
 * Makes spans of what every client in this process does: one for each `send` and `sendBatch`, whose trace travels in the
 * headers of the records; one for each call of a handler of `run`, within that trace; one for each commit. Needs a
 * global propagator and context manager, as every SDK registers them.
 */
export function instrumentOttla({
  tracerProvider = trace.getTracerProvider(),
}: InstrumentOptions = {}): Instrumentation {
  const tracer = tracerOf(tracerProvider)
  const stops = [
    spansOf<SendMessage>('ottla:producer:send', {
      begin: (message) => beginSend(tracer, message),
      describe: describeSent,
    }),
    spansOf<ProcessMessage>('ottla:consumer:process', { begin: (message) => beginHandler(tracer, message) }),
    spansOf<CommitMessage>('ottla:consumer:commit', { begin: (message) => beginCommit(tracer, message) }),
  ]
  return {
    disable() {
      for (const stop of stops) stop()
    },
  }
}

/** The handler runs within its span, so that what it sends, and all else that it does, belongs to the trace. */
function beginHandler(tracer: Tracer, message: ProcessMessage) {
  const { span, within } = beginProcess(tracer, message)
  const { run } = message
  message.run = (handler) => run(() => context.with(within, handler))
  return span
}

function beginCommit(tracer: Tracer, { clientId, groupId, offsets }: CommitMessage) {
  const topics = new Set(offsets.map(({ topic }) => topic))
  const attributes = {
    ...operation('commit', 'settle'),
    ...known({
      [names.destination]: topics.size === 1 ? [...topics][0] : undefined,
      [names.client]: clientId,
      [names.group]: groupId,
    }),
  }
  return tracer.startSpan(`commit ${groupId}`, { kind: SpanKind.CLIENT, attributes })
}
