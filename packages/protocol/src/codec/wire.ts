export class Writer {
  buf = Buffer.allocUnsafeSlow(65536)
  view = new DataView(this.buf.buffer)
  pos = 0
  ensure(n: number) {
    if (this.pos + n <= this.buf.length) return
    const next = Buffer.allocUnsafeSlow(Math.max(this.buf.length * 2, this.pos + n))
    this.buf.copy(next, 0, 0, this.pos)
    this.buf = next
    this.view = new DataView(next.buffer)
  }
  bool(x: boolean) {
    this.int8(x ? 1 : 0)
  }
  int8(x: number) {
    this.ensure(1)
    this.view.setInt8(this.pos, x)
    this.pos += 1
  }
  int16(x: number) {
    this.ensure(2)
    this.view.setInt16(this.pos, x)
    this.pos += 2
  }
  int32(x: number) {
    this.ensure(4)
    this.view.setInt32(this.pos, x)
    this.pos += 4
  }
  int64(x: number) {
    this.ensure(8)
    const hi = Math.floor(x / 4294967296)
    this.view.setInt32(this.pos, hi)
    this.view.setUint32(this.pos + 4, x - hi * 4294967296)
    this.pos += 8
  }
  uvarint(x: number) {
    this.ensure(5)
    while (x >= 0x80) {
      this.buf[this.pos++] = (x & 0x7f) | 0x80
      x >>>= 7
    }
    this.buf[this.pos++] = x
  }
  uuid(x: string) {
    this.ensure(16)
    this.buf.write(x.replaceAll('-', ''), this.pos, 16, 'hex')
    this.pos += 16
  }
  plainString(s: string) {
    const n = Buffer.byteLength(s)
    this.int16(n)
    this.utf8(s, n)
  }
  plainNullableString(s: string | null) {
    if (s === null) this.int16(-1)
    else this.plainString(s)
  }
  compactString(s: string) {
    const n = Buffer.byteLength(s)
    this.uvarint(n + 1)
    this.utf8(s, n)
  }
  compactNullableString(s: string | null) {
    if (s === null) this.uvarint(0)
    else this.compactString(s)
  }
  plainBytes(b: Uint8Array) {
    this.int32(b.length)
    this.raw(b)
  }
  plainNullableBytes(b: Uint8Array | null) {
    if (b === null) this.int32(-1)
    else this.plainBytes(b)
  }
  compactBytes(b: Uint8Array) {
    this.uvarint(b.length + 1)
    this.raw(b)
  }
  compactNullableBytes(b: Uint8Array | null) {
    if (b === null) this.uvarint(0)
    else this.compactBytes(b)
  }
  utf8(s: string, n: number) {
    this.ensure(n)
    this.buf.write(s, this.pos, n, 'utf8')
    this.pos += n
  }
  raw(b: Uint8Array) {
    this.ensure(b.length)
    this.buf.set(b, this.pos)
    this.pos += b.length
  }
  beginSized() {
    this.ensure(5)
    this.pos += 1
    return this.pos
  }
  endSized(at: number) {
    const n = this.pos - at
    if (n < 0x80) {
      this.buf[at - 1] = n
      return
    }
    const copy = Buffer.from(this.buf.subarray(at, this.pos))
    this.pos = at - 1
    this.uvarint(n)
    this.raw(copy)
  }
}
export class Reader {
  readonly buf: Buffer
  readonly view: DataView
  pos = 0
  constructor(buf: Buffer) {
    this.buf = buf
    this.view = new DataView(buf.buffer, buf.byteOffset, buf.length)
  }
  malformed(why: string) {
    return new Error(`malformed at byte ${this.pos}: ${why}`)
  }
  bool() {
    return this.int8() !== 0
  }
  int8() {
    return this.view.getInt8(this.pos++)
  }
  int16() {
    const x = this.view.getInt16(this.pos)
    this.pos += 2
    return x
  }
  int32() {
    const x = this.view.getInt32(this.pos)
    this.pos += 4
    return x
  }
  int64() {
    const x = this.view.getInt32(this.pos) * 4294967296 + this.view.getUint32(this.pos + 4)
    this.pos += 8
    return x
  }
  uvarint() {
    let x = 0,
      s = 0,
      b = 0
    do {
      b = this.view.getUint8(this.pos++)
      x |= (b & 0x7f) << s
      s += 7
    } while (b >= 0x80)
    return x >>> 0
  }
  uuid() {
    const h = this.buf.toString('hex', this.pos, this.pos + 16)
    this.pos += 16
    return `${h.slice(0, 8)}-${h.slice(8, 12)}-${h.slice(12, 16)}-${h.slice(16, 20)}-${h.slice(20)}`
  }
  // A length can not exceed what is left: a hostile length must never size an allocation.
  checked(n: number) {
    if (n > this.buf.length - this.pos) throw this.malformed(`length ${n}`)
    return n
  }
  plainLength() {
    return this.checked(this.int32())
  }
  compactLength() {
    return this.checked(this.uvarint() - 1)
  }
  utf8(n: number) {
    const s = this.buf.toString('utf8', this.pos, this.pos + n)
    this.pos += n
    return s
  }
  raw(n: number) {
    const b = this.buf.subarray(this.pos, this.pos + n)
    this.pos += n
    return b
  }
  need<T>(x: T | null): T {
    if (x === null) throw this.malformed('null')
    return x
  }
  plainNullableString() {
    const n = this.checked(this.int16())
    return n < 0 ? null : this.utf8(n)
  }
  plainString() {
    return this.need(this.plainNullableString())
  }
  compactNullableString() {
    const n = this.compactLength()
    return n < 0 ? null : this.utf8(n)
  }
  compactString() {
    return this.need(this.compactNullableString())
  }
  plainNullableBytes() {
    const n = this.plainLength()
    return n < 0 ? null : this.raw(n)
  }
  plainBytes() {
    return this.need(this.plainNullableBytes())
  }
  compactNullableBytes() {
    const n = this.compactLength()
    return n < 0 ? null : this.raw(n)
  }
  compactBytes() {
    return this.need(this.compactNullableBytes())
  }
}
