import { Field, type Shape } from './schema.ts'

export type AnyField = Field<any>

/** The text of a function as it grows, with the values that the text refers to. */
export class Source {
  readonly version: number
  /** The version is flexible (KIP-482): compact lengths and tagged fields. */
  readonly flexible: boolean
  readonly #lines: string[] = []
  readonly #constants: unknown[] = []
  #names = 0

  constructor(version: number, flexible: boolean) {
    this.version = version
    this.flexible = flexible
  }

  line(text: string): void {
    this.#lines.push(text)
  }

  /** A variable's name that nothing else has. */
  name(): string {
    return `t${this.#names++}`
  }

  /** `signature` is that of the function, `title` what a stack trace shows. */
  compile(signature: string, title: string): any {
    const text = `'use strict';return function ${signature}{\n${this.#lines.join('\n')}\n}\n//# sourceURL=ottla:${title}`
    return new Function('constants', text)(this.#constants)
  }

  has(field: AnyField): boolean {
    return field.from <= this.version && this.version <= field.to
  }

  nullable(field: AnyField): boolean {
    return field.nullFrom <= this.version
  }

  /** Fields of this version in the order of the wire, then the tagged ones by tag. */
  split(shape: Shape): { inLine: [string, AnyField][]; tagged: [string, AnyField][] } {
    const present = Object.entries(shape).filter(([, field]) => this.has(field))
    return {
      inLine: present.filter(([, field]) => field.tagId < 0),
      tagged: present.filter(([, field]) => field.tagId >= 0).sort((a, b) => a[1].tagId - b[1].tagId),
    }
  }

  /** The method of Reader and Writer for a primitive field. */
  method(field: AnyField): string {
    if (field.wire !== 'string' && field.wire !== 'bytes' && field.wire !== 'records') return field.wire
    const form = this.flexible && field.compact ? 'compact' : 'plain'
    const nullable = this.nullable(field) ? 'Nullable' : ''
    return form + nullable + (field.wire === 'string' ? 'String' : 'Bytes')
  }

  /** An expression for the field's default. Objects and arrays are new each time, for their owners may change them. */
  default(field: AnyField): string {
    if (field.zero === null) return 'null'
    if (field.wire === 'struct') {
      const fields = Object.entries(field.inner as Shape)
      return `{${fields.map(([name, inner]) => `${name}:${this.default(inner)}`).join(',')}}`
    }
    if (field.wire === 'array') return '[]'
    if (field.wire === 'bytes' || field.wire === 'records') return this.#constant(field.zero)
    return JSON.stringify(field.zero)
  }

  /** The fewest bytes that a value takes on the wire. */
  minBytes(field: AnyField): number {
    const sizes = { bool: 1, int8: 1, int16: 2, uint16: 2, int32: 4, int64: 8, float64: 8, uuid: 16 } as const
    switch (field.wire) {
      case 'struct':
        return this.nullable(field) ? 1 : this.itemBytes(field.inner as Shape)
      case 'string':
        return this.flexible && field.compact ? 1 : 2
      case 'bytes':
      case 'records':
      case 'array':
        return this.flexible ? 1 : 4
      default:
        return sizes[field.wire]
    }
  }

  /** The fewest bytes of an array's item. */
  itemBytes(item: Shape | AnyField): number {
    if (item instanceof Field) return this.minBytes(item)
    const fields = this.split(item).inLine.reduce((bytes, [, field]) => bytes + this.minBytes(field), 0)
    return fields + (this.flexible ? 1 : 0)
  }

  #constant(value: unknown): string {
    return `constants[${this.#constants.push(value) - 1}]`
  }
}
