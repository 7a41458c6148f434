import { Field, type Shape } from './schema.ts'
import type { AnyField, Source } from './source.ts'

/** Emits statements that read a struct, and returns the expression of the object. */
export function emitDecodeStruct(source: Source, shape: Shape): string {
  const values = new Map<string, string>()
  for (const [name, field] of Object.entries(shape)) {
    const value = source.name()
    values.set(name, value)
    if (source.has(field) && field.tagId < 0) emitRead(source, field, value)
    else source.line(`let ${value} = ${source.default(field)};`)
  }
  if (source.flexible) emitTagged(source, source.split(shape).tagged, values)
  return `{${[...values].map(([name, value]) => `${name}: ${value}`).join(', ')}}`
}

/** Declares `value` and reads the field into it. */
function emitRead(source: Source, field: AnyField, value: string): void {
  if (field.wire === 'struct') emitStruct(source, field, value)
  else if (field.wire === 'array') emitArray(source, field, value)
  else source.line(`let ${value} = r.${source.method(field)}();`)
}

function emitStruct(source: Source, field: AnyField, value: string): void {
  source.line(`let ${value} = null;`)
  source.line(source.nullable(field) ? 'if (r.int8() >= 0) {' : '{')
  source.line(`${value} = ${emitDecodeStruct(source, field.inner as Shape)};`)
  source.line('}')
}

function emitArray(source: Source, field: AnyField, value: string): void {
  const [count, index] = [source.name(), source.name()]
  const method = source.flexible ? 'compactCount' : 'plainCount'
  source.line(`let ${value} = null; const ${count} = r.${method}(${source.itemBytes(field.inner!)});`)
  // The array grows with what is read: a count alone allocates nothing.
  source.line(`if (${count} >= 0) { ${value} = []; for (let ${index} = 0; ${index} < ${count}; ${index}++) {`)
  source.line(`${value}.push(${emitItem(source, field.inner!)});`)
  source.line('}}')
  if (!source.nullable(field)) source.line(`else throw r.malformed('null where an array must be');`)
}

function emitItem(source: Source, item: Shape | AnyField): string {
  if (!(item instanceof Field)) return emitDecodeStruct(source, item)
  const value = source.name()
  emitRead(source, item, value)
  return value
}

/**
 * Tagged fields that this version does not know are passed over. A known one must fill its size exactly: otherwise one
 * byte of the frame could be read many times, and a small frame would cost much.
 */
function emitTagged(source: Source, tagged: [string, AnyField][], values: Map<string, string>): void {
  const [left, tag, size, end] = [source.name(), source.name(), source.name(), source.name()]
  source.line(`for (let ${left} = r.uvarint(); ${left} > 0; ${left}--) {`)
  source.line(`const ${tag} = r.uvarint(), ${size} = r.uvarint(), ${end} = r.pos + ${size};`)
  source.line(`switch (${tag}) {`)
  for (const [name, field] of tagged) {
    const value = source.name()
    source.line(`case ${field.tagId}: {`)
    emitRead(source, field, value)
    source.line(`if (r.pos !== ${end}) throw r.malformed('tagged field ${name} is not as long as it says');`)
    source.line(`${values.get(name)} = ${value}; break; }`)
  }
  source.line(`default: r.skip(${size}); }}`)
}
