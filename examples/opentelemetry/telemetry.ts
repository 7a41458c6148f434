// OpenTelemetry as any program sets it up. A real one exports by OTLP; this one keeps its spans, to show them in the end.
import { context, propagation, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'

const spans = new InMemorySpanExporter()
const metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
const reader = new PeriodicExportingMetricReader({ exporter: metrics, exportIntervalMillis: 60_000 })

export const meterProvider = new MeterProvider({ readers: [reader] })
trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }))
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
propagation.setGlobalPropagator(new W3CTraceContextPropagator())

/** Each trace as a tree. */
export function printTraces(): void {
  const all = spans.getFinishedSpans()
  const print = (span: ReadableSpan, depth: number) => {
    const failed = span.attributes['error.type'] === undefined ? '' : `  failed: ${span.attributes['error.type']}`
    console.log(`${'  '.repeat(depth)}${span.name}${failed}`)
    for (const child of all) if (child.parentSpanContext?.spanId === span.spanContext().spanId) print(child, depth + 1)
  }
  for (const root of all.filter((span) => span.parentSpanContext === undefined)) print(root, 0)
}

export async function printMetrics(...names: string[]): Promise<void> {
  await reader.forceFlush()
  const collected =
    metrics
      .getMetrics()
      .at(-1)
      ?.scopeMetrics.flatMap((scope) => scope.metrics) ?? []
  for (const { descriptor, dataPoints } of collected)
    if (names.includes(descriptor.name))
      console.log(`${descriptor.name}: ${dataPoints.map(({ value }) => value).join(', ')}`)
  await meterProvider.shutdown()
}
