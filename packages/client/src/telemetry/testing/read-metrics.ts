/** A field of a protobuf message: a varint, eight bytes, or what has a length. */
type Value = number | Buffer

/** Any protobuf message, field by field in order; it knows nothing of what was meant. */
function readMessage(bytes: Buffer): [field: number, value: Value][] {
  const fields: [number, Value][] = []
  let at = 0
  const varint = () => {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes.readUInt8(at++)
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
    }
  }
  while (at < bytes.length) {
    const tag = varint()
    const type = tag & 7
    if (type !== 0 && type !== 1 && type !== 2) throw new Error(`wire type ${type} at ${at}`)
    if (type === 0) fields.push([tag >> 3, varint()])
    else {
      const length = type === 1 ? 8 : varint()
      if (at + length > bytes.length) throw new Error(`${length} bytes are announced at ${at}, there are fewer`)
      fields.push([tag >> 3, bytes.subarray(at, at + length)])
      at += length
    }
  }
  return fields
}

export interface ReadMetric {
  readonly group: string | undefined
  readonly node: string | undefined
  readonly name: string
  readonly value: number
  /** Undefined for a gauge. */
  readonly sum: 'delta' | 'cumulative' | undefined
  readonly sinceMs: number | undefined
  readonly atMs: number
}

/** All metrics of a `MetricsData`, by the numbers in opentelemetry-proto. */
export function readMetrics(bytes: Buffer): ReadMetric[] {
  return all(bytes, 1).flatMap((resource) => {
    const group = text(all(resource, 1).flatMap((each) => all(each, 1)))
    return all(resource, 2)
      .flatMap((scope) => all(scope, 2))
      .map((metric) => readMetric(metric, group))
  })
}

/** The value of the only attribute. */
const text = ([attribute]: Buffer[]) => (attribute === undefined ? undefined : one(one(attribute, 2), 1).toString())

function readMetric(metric: Buffer, group: string | undefined): ReadMetric {
  const name = one(metric, 1).toString()
  const [sum] = all(metric, 7)
  const point = one(sum ?? one(metric, 5), 1)
  const ms = (field: number) => Number(one(point, field).readBigUInt64LE() / 1_000_000n)
  const node = text(all(point, 7))
  const base = { group, node, name, value: one(point, 4).readDoubleLE(), atMs: ms(3) }
  if (sum === undefined) return { ...base, sum: undefined, sinceMs: undefined }
  const numbers = new Map(readMessage(sum))
  if (numbers.get(3) !== 1) throw new Error(`${name} may fall`)
  return { ...base, sum: numbers.get(2) === 1 ? 'delta' : 'cumulative', sinceMs: ms(2) }
}

const all = (message: Buffer, field: number) =>
  readMessage(message).flatMap(([number, value]) => (number === field && Buffer.isBuffer(value) ? [value] : []))

function one(message: Buffer, field: number): Buffer {
  const [value, ...more] = all(message, field)
  if (value === undefined || more.length > 0) throw new Error(`not one field ${field}`)
  return value
}
