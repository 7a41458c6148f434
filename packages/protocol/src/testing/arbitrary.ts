import fc from 'fast-check'
import { Field, type Message, type Shape } from '../codec/schema.ts'
import { defaultOf } from './kafka-json.ts'

type AnyField = Field<any>

const int = (bits: number) => fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 })
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array))
const uuid = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((array) => Buffer.from(array).toString('base64url'))

const primitives = {
  bool: fc.boolean(),
  int8: int(8),
  int16: int(16),
  uint16: fc.integer({ min: 0, max: 0xffff }),
  int32: int(32),
  int64,
  float64: fc.double(),
  string: fc.string({ unit: 'grapheme', maxLength: 20 }),
  bytes,
  records: bytes,
  uuid,
} as const

/** Any value of one version of a message, as `ExactReader` gives it: what the version lacks has its default. */
export const messageOf = (message: Message<any>, version: number): fc.Arbitrary<any> =>
  structOf(message.fields, version)

function structOf(shape: Shape, version: number): fc.Arbitrary<any> {
  const members = Object.entries(shape).map(([name, field]) => [name, fieldOf(field, version)])
  return fc.record(Object.fromEntries(members), { noNullPrototype: true })
}

function fieldOf(field: AnyField, version: number): fc.Arbitrary<any> {
  if (version < field.from || version > field.to) return fc.constant(null).map(() => defaultOf(field))
  const value = presentOf(field, version)
  const withDefault =
    field.tagId < 0
      ? value
      : fc.oneof(
          value,
          fc.constant(null).map(() => defaultOf(field)),
        )
  return field.nullFrom <= version ? fc.option(withDefault) : withDefault
}

function presentOf(field: AnyField, version: number): fc.Arbitrary<any> {
  if (field.wire === 'struct') return structOf(field.inner as Shape, version)
  if (field.wire !== 'array') return primitives[field.wire]
  const item = field.inner instanceof Field ? presentOf(field.inner, version) : structOf(field.inner as Shape, version)
  return fc.array(item, { maxLength: 3 })
}
