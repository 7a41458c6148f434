/*
 * As much of OpenTelemetry's protocol as a push of metrics needs (opentelemetry-proto, metrics/v1/metrics.proto):
 *
 *     MetricsData 1: ResourceMetrics 1: Resource      1: KeyValue (the group)
 *                                    2: ScopeMetrics  1: InstrumentationScope, 2: Metric (name, Gauge or Sum of one point)
 *
 * A protobuf library would be larger than the rest of the client's telemetry; nothing is read here, and little written.
 */

/** One value at one moment. Times are in ms since 1970. */
export interface OtlpMetric {
  readonly name: string
  readonly value: number
  /** Undefined for a gauge. */
  readonly sum: { readonly isDelta: boolean; readonly sinceMs: number } | undefined
  readonly atMs: number
  /** What tells its point from others of the same name. */
  readonly attributes?: Readonly<Record<string, string>>
}

/** Metrics of one thing, and what tells it from others. */
export interface OtlpResource {
  readonly attributes: Readonly<Record<string, string>>
  readonly metrics: readonly OtlpMetric[]
}

/** `MetricsData`; no bytes at all without a resource. */
export function encodeMetricsData(scope: string, resources: readonly OtlpResource[]): Buffer {
  return Buffer.concat(resources.map((resource) => nested(1, ...resourceMetrics(scope, resource))))
}

function resourceMetrics(scope: string, { attributes, metrics }: OtlpResource): Buffer[] {
  return [
    nested(1, ...pairs(1, attributes)),
    nested(2, nested(1, text(1, scope)), ...metrics.map((each) => nested(2, ...metric(each)))),
  ]
}

const pairs = (field: number, attributes: Readonly<Record<string, string>>) =>
  Object.entries(attributes).map(([key, value]) => nested(field, text(1, key), nested(2, text(1, value))))

function metric({ name, value, sum, atMs, attributes = {} }: OtlpMetric): Buffer[] {
  const content = [time(3, atMs), double(4, value), ...pairs(7, attributes)]
  if (sum === undefined) return [text(1, name), nested(5, nested(1, ...content))]
  const point = nested(1, time(2, sum.sinceMs), ...content)
  const temporality = sum.isDelta ? 1 : 2
  const isMonotonic = 1
  return [text(1, name), nested(7, point, integer(2, temporality), integer(3, isMonotonic))]
}

const wireType = { varint: 0, fixed64: 1, delimited: 2 }

const tag = (field: number, type: keyof typeof wireType) => varint(field * 8 + wireType[type])

function nested(field: number, ...parts: readonly Uint8Array[]): Buffer {
  const bytes = parts.reduce((sum, part) => sum + part.length, 0)
  return Buffer.concat([tag(field, 'delimited'), varint(bytes), ...parts])
}

const text = (field: number, value: string) => nested(field, Buffer.from(value))
const integer = (field: number, value: number) => Buffer.concat([tag(field, 'varint'), varint(value)])

/** In nanoseconds, which a number cannot count any more. */
function time(field: number, ms: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(Math.round(ms)) * 1_000_000n)
  return Buffer.concat([tag(field, 'fixed64'), bytes])
}

function double(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleLE(value)
  return Buffer.concat([tag(field, 'fixed64'), bytes])
}

/** Of less than 2 ** 31, as all tags and lengths are. */
function varint(value: number): Buffer {
  const bytes: number[] = []
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return Buffer.from([...bytes, rest])
    bytes.push((rest & 0x7f) | 0x80)
  }
}
