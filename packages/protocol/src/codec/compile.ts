import { type Decoded, Field, type Message, type Shape } from './schema.ts'
import type { Reader, Writer } from './wire.ts'

/** What an encoder takes: fields that are left out get their defaults. */
export type Partially<T> = T extends Uint8Array | string | number | boolean | null | undefined
  ? T
  : T extends readonly (infer E)[]
    ? readonly Partially<E>[]
    : { readonly [K in keyof T]?: Partially<T[K]> | undefined }
export type Encoder<M> = (w: Writer, m: Partially<Decoded<M>>) => void
export type Decoder<M> = (r: Reader) => Decoded<M>

const flat = (s: Shape, v: number) => Object.entries(s).filter(([, f]) => f.from <= v && v <= f.to)
const camel = (w: string) => w[0]!.toUpperCase() + w.slice(1)

/** Writes the source of one function for one (message, version): no version test is left for run time. */
class Emit {
  lines: string[] = []
  consts: unknown[] = []
  n = 0
  readonly v: number
  readonly flex: boolean
  constructor(v: number, flex: boolean) {
    this.v = v
    this.flex = flex
  }
  id() {
    return `t${this.n++}`
  }
  lit(x: unknown): string {
    if (typeof x === 'number' || typeof x === 'boolean' || typeof x === 'string' || x === null) return JSON.stringify(x)
    return `k[${this.consts.push(x) - 1}]`
  }
  put(s: string) {
    this.lines.push(s)
  }

  // ---- encode
  encStruct(shape: Shape, m: string) {
    const fs = flat(shape, this.v)
    for (const [name, f] of fs.filter(([, f]) => f.tagId < 0)) {
      const x = this.id()
      this.put(`const ${x}=${m}.${name}===undefined?${this.zero(f)}:${m}.${name};`)
      this.encValue(f, x)
    }
    if (this.flex)
      this.encTags(
        fs.filter(([, f]) => f.tagId >= 0),
        m,
      )
  }
  zero(f: Field<any>): string {
    if (f.wire === 'struct' && f.zero === null && f.nullFrom === Infinity)
      return `{${flat(f.inner as Shape, 0x7fff).map(([n, g]) => `${n}:${this.zero(g)}`)}}`
    return this.lit(f.zero)
  }
  encValue(f: Field<any>, x: string) {
    const nullable = f.nullFrom <= this.v
    if (f.wire === 'struct') {
      if (nullable) this.put(`if(${x}===null)w.int8(-1);else{w.int8(1);`)
      this.encStruct(f.inner as Shape, x)
      if (nullable) this.put('}')
    } else if (f.wire === 'array') {
      const i = this.id(),
        e = this.id()
      if (nullable) this.put(`if(${x}===null)w.${this.flex ? 'uvarint(0)' : 'int32(-1)'};else{`)
      this.put(
        `w.${this.flex ? `uvarint(${x}.length+1)` : `int32(${x}.length)`};for(let ${i}=0;${i}<${x}.length;${i}++){const ${e}=${x}[${i}];`,
      )
      if (f.inner instanceof Field) this.encValue(f.inner, e)
      else this.encStruct(f.inner!, e)
      this.put('}')
      if (nullable) this.put('}')
    } else this.put(`w.${this.prim(f)}(${x});`)
  }
  prim(f: Field<any>): string {
    const w = f.wire
    if (w === 'string' || w === 'bytes' || w === 'records') {
      const nullable = w === 'records' || f.nullFrom <= this.v
      return (this.flex ? 'compact' : 'plain') + (nullable ? 'Nullable' : '') + camel(w === 'records' ? 'bytes' : w)
    }
    return w
  }
  encTags(tags: [string, Field<any>][], m: string) {
    if (tags.length === 0) return this.put('w.uvarint(0);')
    const c = this.id()
    this.put(`let ${c}=0;`)
    for (const [name] of tags) this.put(`if(${m}.${name}!==undefined)${c}++;`)
    this.put(`w.uvarint(${c});`)
    for (const [name, f] of tags.sort((a, b) => a[1].tagId - b[1].tagId)) {
      const s = this.id()
      this.put(`if(${m}.${name}!==undefined){w.uvarint(${f.tagId});const ${s}=w.beginSized();`)
      this.encValue(f, `${m}.${name}`)
      this.put(`w.endSized(${s});}`)
    }
  }

  // ---- decode
  decStruct(shape: Shape): string {
    const fs = flat(shape, this.v)
    const vars = new Map<string, string>()
    for (const [name, f] of Object.entries(shape)) {
      const x = this.id()
      vars.set(name, x)
      const here = fs.some(([n]) => n === name) && f.tagId < 0
      if (!here) this.put(`let ${x}=${this.zero(f)};`)
      else this.decInto(f, x)
    }
    if (this.flex) {
      const tags = fs.filter(([, f]) => f.tagId >= 0)
      const i = this.id(),
        t = this.id(),
        e = this.id()
      this.put(`for(let ${i}=r.uvarint();${i}>0;${i}--){const ${t}=r.uvarint(),${e}=r.uvarint()+r.pos;switch(${t}){`)
      for (const [name, f] of tags) {
        const x = this.id()
        this.put(`case ${f.tagId}:{`)
        this.decInto(f, x)
        this.put(`${vars.get(name)}=${x};break;}`)
      }
      this.put(`}r.pos=${e};}`)
    }
    const o = this.id()
    this.put(`const ${o}={${[...vars].map(([n, x]) => `${n}:${x}`)}};`)
    return o
  }
  decInto(f: Field<any>, x: string) {
    const nullable = f.nullFrom <= this.v
    if (f.wire === 'struct') {
      this.put(`let ${x}=null;`)
      this.put(nullable ? 'if(r.int8()>=0){' : '{')
      this.put(`${x}=${this.decStruct(f.inner as Shape)};}`)
    } else if (f.wire === 'array') {
      const n = this.id(),
        i = this.id()
      this.put(
        `let ${x}=null;const ${n}=r.${this.flex ? 'compactLength' : 'plainLength'}();if(${n}>=0){${x}=new Array(${n});for(let ${i}=0;${i}<${n};${i}++){`,
      )
      if (f.inner instanceof Field) {
        const e = this.id()
        this.decInto(f.inner, e)
        this.put(`${x}[${i}]=${e};`)
      } else {
        const o = this.decStruct(f.inner!)
        this.put(`${x}[${i}]=${o};`)
      }
      this.put('}}')
      if (!nullable) this.put(`else throw r.malformed('null array');`)
    } else this.put(`let ${x}=r.${this.prim(f)}();`)
  }
}

function build(e: Emit, head: string, name: string): any {
  return new Function('k', `'use strict';return ${head}{${e.lines.join('\n')}}\n//# sourceURL=kafka:${name}`)(e.consts)
}
export function encoder<M extends Message<any>>(m: M, v: number): Encoder<M> {
  const e = new Emit(v, v >= m.flexible)
  e.encStruct(m.fields, 'm')
  return build(e, 'function encode(w,m)', `${m.name}-v${v}-encode`)
}
export function decoder<M extends Message<any>>(m: M, v: number): Decoder<M> {
  const e = new Emit(v, v >= m.flexible)
  const o = e.decStruct(m.fields)
  e.put(`return ${o};`)
  return build(e, 'function decode(r)', `${m.name}-v${v}-decode`)
}
