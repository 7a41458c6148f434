import { type Context, context, type Link, type Span, SpanKind, type Tracer, trace } from '@opentelemetry/api'
import type { ConsumerBatch, ConsumerRecord, ProcessMessage } from '@ottla/client'
import { known, names, ofMessage, operation } from './attributes.ts'
import { contextOf, creatorOf } from './propagation.ts'

export interface ProcessSpan {
  readonly span: Span
  /** What the handler is to run in. */
  readonly within: Context
}

type Owner = { readonly clientId?: string | undefined; readonly groupId?: string | undefined }

/** The span of a handler: within the trace of its record; with links to those of a batch. */
export const beginProcess = (tracer: Tracer, { record, batch, clientId, groupId }: ProcessMessage): ProcessSpan =>
  record !== undefined
    ? processRecord(tracer, record, { clientId, groupId })
    : processBatch(tracer, batch!, { clientId, groupId })

export function processRecord(tracer: Tracer, record: ConsumerRecord<any, any>, owner: Owner): ProcessSpan {
  const parent = contextOf(record)
  const attributes = {
    ...placed(record.topic, record.partition, owner),
    ...ofMessage(record),
    [names.offset]: record.offset,
  }
  const span = tracer.startSpan(`process ${record.topic}`, { kind: SpanKind.CONSUMER, attributes }, parent)
  return { span, within: trace.setSpan(parent, span) }
}

function processBatch(tracer: Tracer, batch: ConsumerBatch<any, any>, owner: Owner): ProcessSpan {
  const attributes = {
    ...placed(batch.topic, batch.partition, owner),
    [names.count]: batch.count,
    [names.offset]: batch.firstOffset,
  }
  const options = { kind: SpanKind.CONSUMER, attributes, links: creatorsOf(batch) }
  const span = tracer.startSpan(`process ${batch.topic}`, options)
  return { span, within: trace.setSpan(context.active(), span) }
}

/** One for each trace and span: records that were sent together have the same. */
function creatorsOf(batch: ConsumerBatch<any, any>): Link[] {
  const links = new Map<string, Link>()
  for (const record of batch.raw()) {
    const creator = creatorOf(record)
    if (creator !== undefined) links.set(`${creator.traceId}${creator.spanId}`, { context: creator })
  }
  return [...links.values()]
}

const placed = (topic: string, partition: number, { clientId, groupId }: Owner) => ({
  ...operation('process', 'process'),
  ...known({
    [names.destination]: topic,
    [names.partition]: String(partition),
    [names.client]: clientId,
    [names.group]: groupId,
  }),
})
