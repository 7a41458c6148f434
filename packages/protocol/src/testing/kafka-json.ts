import { Field, type Message, type Shape } from '../codec/schema.ts'

type AnyField = Field<any>

/**
 * A message in Kafka's JSON form as `ExactReader` decodes it: all fields there, bytes as buffers, int64 as bigint.
 * Kafka's form leaves records out: they are taken from `decoded`.
 */
export function fromKafkaJson(message: Message<any>, json: any, decoded: any): any {
  return structFrom(message.fields, json, decoded)
}

function structFrom(shape: Shape, json: any, decoded: any): any {
  const entries = Object.entries(shape).map(([name, field]) => {
    if (!Object.hasOwn(json, name)) return [name, defaultOf(field)]
    return [name, valueFrom(field, json[name], decoded?.[name])]
  })
  return Object.fromEntries(entries)
}

function valueFrom(field: AnyField, json: any, decoded: any): any {
  if (json === null) return null
  switch (field.wire) {
    case 'records':
      return decoded
    case 'bytes':
      return Buffer.from(json, 'base64')
    case 'int64':
      return BigInt(json)
    case 'struct':
      return structFrom(field.inner as Shape, json, decoded)
    case 'array':
      return json.map((item: any, at: number) => itemFrom(field.inner!, item, decoded?.[at]))
    default:
      return json
  }
}

function itemFrom(item: Shape | AnyField, json: any, decoded: any): any {
  return item instanceof Field ? valueFrom(item, json, decoded) : structFrom(item, json, decoded)
}

/** The default of a field, exact. */
export function defaultOf(field: AnyField): any {
  if (field.zero === null) return null
  if (field.wire === 'struct') return structFrom(field.inner as Shape, {}, undefined)
  if (field.wire === 'array') return []
  if (field.wire === 'int64')
    return BigInt.asIntN(64, field.zero === 2 ** 63 ? 2n ** 63n - 1n : BigInt(field.zero as number))
  return field.wire === 'bytes' ? Buffer.alloc(0) : field.zero
}

/** What a decoder gave, with defaults of int64 (numbers) as bigint and all bytes as buffers. */
export function exact(message: Message<any>, value: any): any {
  return exactStruct(message.fields, value)
}

function exactStruct(shape: Shape, value: any): any {
  return Object.fromEntries(Object.entries(shape).map(([name, field]) => [name, exactValue(field, value[name])]))
}

function exactValue(field: AnyField, value: any): any {
  if (value === null) return null
  if (field.wire === 'int64') return typeof value === 'bigint' ? value : defaultOf(field)
  if (field.wire === 'bytes' || field.wire === 'records') return Buffer.from(value)
  if (field.wire === 'struct') return exactStruct(field.inner as Shape, value)
  if (field.wire !== 'array') return value
  const item = field.inner!
  return value.map((each: any) => (item instanceof Field ? exactValue(item, each) : exactStruct(item, each)))
}
