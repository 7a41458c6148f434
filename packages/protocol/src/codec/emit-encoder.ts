import { Field, maxInt64, type Shape } from './schema.ts'
import type { AnyField, Source } from './source.ts'

/** Emits statements that write the fields of `object`, an expression without side effects. */
export function emitEncodeStruct(source: Source, shape: Shape, object: string): void {
  const { inLine, tagged } = source.split(shape)
  for (const [name, field] of inLine) {
    const value = source.name()
    source.line(`const ${value} = ${object}.${name} === undefined ? ${source.default(field)} : ${object}.${name};`)
    emitValue(source, field, value, name)
  }
  if (source.flexible) emitTagged(source, tagged, object)
}

function emitValue(source: Source, field: AnyField, value: string, path: string): void {
  if (!source.nullable(field))
    source.line(`if (${value} === null) throw new TypeError('${path} must not be null in this version');`)
  if (field.wire === 'struct') emitStruct(source, field, value)
  else if (field.wire === 'array') emitArray(source, field, value, path)
  else source.line(`w.${source.method(field)}(${value});`)
}

function emitStruct(source: Source, field: AnyField, value: string): void {
  if (source.nullable(field)) source.line(`if (${value} === null) w.int8(-1); else { w.int8(1);`)
  else source.line('{')
  emitEncodeStruct(source, field.inner as Shape, value)
  source.line('}')
}

function emitArray(source: Source, field: AnyField, value: string, path: string): void {
  const method = source.flexible ? 'compactCount' : 'plainCount'
  const [index, item] = [source.name(), source.name()]
  if (source.nullable(field)) source.line(`if (${value} === null) w.${method}(-1); else {`)
  source.line(`w.${method}(${value}.length);`)
  source.line(`for (let ${index} = 0; ${index} < ${value}.length; ${index}++) { const ${item} = ${value}[${index}];`)
  if (field.inner instanceof Field) emitValue(source, field.inner, item, path)
  else emitEncodeStruct(source, field.inner!, item)
  source.line(source.nullable(field) ? '}}' : '}')
}

/** As Kafka does it: a tagged field is written only if it differs from its default. */
function emitTagged(source: Source, tagged: [string, AnyField][], object: string): void {
  if (tagged.length === 0) {
    source.line('w.uvarint(0);')
    return
  }
  const count = source.name()
  source.line(`let ${count} = 0;`)
  const written = tagged.map(([name, field]) => {
    const present = source.name()
    const value = `${object}.${name}`
    source.line(`const ${present} = ${value} !== undefined && (${differs(source, field, value)});`)
    source.line(`if (${present}) ${count}++;`)
    return { field, value, name, present }
  })
  source.line(`w.uvarint(${count});`)
  for (const { field, value, name, present } of written) {
    const begin = source.name()
    source.line(`if (${present}) { w.uvarint(${field.tagId}); const ${begin} = w.beginSized();`)
    emitValue(source, field, value, name)
    source.line(`w.endSized(${begin}); }`)
  }
}

/** An expression: does `value`, which is not undefined, differ from the field's default? */
function differs(source: Source, field: AnyField, value: string): string {
  if (field.zero === null) return `${value} !== null`
  switch (field.wire) {
    case 'struct':
      return structDiffers(source, field, value)
    case 'array':
    case 'bytes':
    case 'records':
      return `${value} === null || ${value}.length !== 0`
    case 'int64':
      // Loosely, for a bigint may stand here; and 2^63 is the number that means the bigint 2^63 - 1.
      return field.zero === maxInt64
        ? `${value} !== ${maxInt64} && ${value} !== 0x7fffffffffffffffn`
        : `${value} != ${field.zero}`
    default:
      return `${value} !== ${JSON.stringify(field.zero)}`
  }
}

function structDiffers(source: Source, field: AnyField, value: string): string {
  const fields = Object.entries(field.inner as Shape).filter(([, inner]) => source.has(inner))
  const tests = fields.map(([name, inner]) => {
    const member = `${value}.${name}`
    return `(${member} !== undefined && (${differs(source, inner, member)}))`
  })
  return [`${value} === null`, ...tests].join(' || ')
}
