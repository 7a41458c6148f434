import { Field, type Shape } from '../codec/schema.ts'

// Both Kafka's facts and our declarations are brought into one form: what a field is in one version.

export interface FieldInVersion {
  readonly name: string
  readonly type: string
  readonly nullable: boolean
  readonly tag: number | null
  readonly default: unknown
  readonly fields: readonly FieldInVersion[]
}

interface SpecField {
  name: string
  type: string
  versions?: string
  nullableVersions?: string
  taggedVersions?: string
  tag?: number
  default?: unknown
  fields?: SpecField[]
}

interface SpecStruct {
  name: string
  fields: SpecField[]
}

const primitives = new Set(['bool', 'int8', 'int16', 'uint16', 'int32', 'int64', 'float64', 'string', 'bytes', 'uuid'])
primitives.add('records')

/** Kafka's notation: `3`, `0-4`, `2+`, `none`. */
export function versionRange(text: string | undefined): readonly [number, number] {
  if (text === undefined || text === 'none') return [1, 0]
  const [from, to] = text.endsWith('+') ? [text.slice(0, -1), Infinity] : text.split('-')
  return [Number(from), Number(to ?? from)]
}

const within = (version: number, text: string | undefined): boolean => {
  const [from, to] = versionRange(text)
  return from <= version && version <= to
}

/** The fields that Kafka says a version has. */
export function specFields(fields: SpecField[], structs: readonly SpecStruct[], version: number): FieldInVersion[] {
  return fields
    .filter((field) => within(version, field.versions ?? field.taggedVersions ?? '0+'))
    .map((field) => {
      const item = field.type.replace('[]', '')
      const inner = field.fields ?? structs.find(({ name }) => name === item)?.fields
      return {
        name: field.name[0]!.toLowerCase() + field.name.slice(1),
        type: primitives.has(item) ? field.type : field.type.startsWith('[]') ? '[]struct' : 'struct',
        nullable: within(version, field.nullableVersions),
        tag: within(version, field.taggedVersions) ? field.tag! : null,
        default: specDefault(field),
        fields: inner === undefined || primitives.has(item) ? [] : specFields(inner, structs, version),
      }
    })
}

function specDefault({ type, default: text }: SpecField): unknown {
  if (text === 'null' || text === null) return null
  if (type.startsWith('[]')) return []
  if (!primitives.has(type)) return {}
  if (type === 'string') return text ?? ''
  if (type === 'bytes' || type === 'records') return 'empty'
  if (type === 'bool') return text === 'true' || text === true
  return type === 'uuid' ? 'AAAAAAAAAAAAAAAAAAAAAA' : Number(text ?? 0)
}

/** The fields that our declaration gives a version. */
export function declaredFields(shape: Shape, version: number): FieldInVersion[] {
  return Object.entries(shape)
    .filter(([, field]) => field.from <= version && version <= field.to)
    .map(([name, field]) => ({ name, ...declaredField(field, version) }))
}

function declaredField(field: Field<any>, version: number): Omit<FieldInVersion, 'name'> {
  const shape = field.inner instanceof Field ? null : field.inner
  const item = field.inner instanceof Field ? field.inner.wire : 'struct'
  return {
    type: field.wire === 'array' ? `[]${item}` : field.wire,
    nullable: field.nullFrom <= version,
    tag: field.tagId < 0 ? null : field.tagId,
    default: declaredDefault(field),
    fields: shape === null ? [] : declaredFields(shape, version),
  }
}

function declaredDefault(field: Field<any>): unknown {
  if (field.zero === null) return null
  if (field.wire === 'struct') return {}
  return field.wire === 'bytes' || field.wire === 'records' ? 'empty' : field.zero
}
