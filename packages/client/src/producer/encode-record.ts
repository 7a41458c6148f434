import { OttlaError } from '../ottla-error.ts'
import type { EncodedHeader, EncodedRecord } from './batch-buffer.ts'
import type { Bytes, Headers, ProducerRecord } from './record.ts'

const noBytes = new Uint8Array(0)
const noHeaders: readonly EncodedHeader[] = []
// Longer text is encoded faster by Node than by a loop.
const shortText = 40

/**
 * Brings records into the form that batches take, one at a time and always into the same object, so that a record costs
 * no memory beyond the batch's. A key is encoded here, for it is hashed before its batch is known.
 */
export class RecordEncoder {
  #keyBuffer = Buffer.allocUnsafeSlow(256)
  readonly #encoded: EncodedRecord = {
    timestamp: 0,
    key: noBytes,
    keyLength: -1,
    value: null,
    valueLength: -1,
    headers: noHeaders,
  }

  /** Valid until the next call. `now` is the timestamp of records that bring none. */
  encode(record: ProducerRecord, now: number): EncodedRecord {
    const encoded = this.#encoded
    const { key, value, headers, timestamp } = record
    encoded.timestamp = timestamp ?? now
    if (key === undefined || key === null) {
      encoded.key = noBytes
      encoded.keyLength = -1
    } else if (typeof key === 'string') {
      encoded.keyLength = this.#encodeKey(key)
      encoded.key = this.#keyBuffer
    } else {
      encoded.key = bytesOf(key, record, 'key')
      encoded.keyLength = key.length
    }
    if (value === undefined || value === null) {
      encoded.value = null
      encoded.valueLength = -1
    } else if (typeof value === 'string') {
      encoded.value = value
      encoded.valueLength = Buffer.byteLength(value)
    } else {
      encoded.value = bytesOf(value, record, 'value')
      encoded.valueLength = value.length
    }
    encoded.headers = headers === undefined ? noHeaders : encodedHeaders(headers)
    if (!Number.isSafeInteger(encoded.timestamp) || encoded.timestamp < 0) throw wrongTimestamp(record)
    return encoded
  }

  /** A record takes no more than this in a batch. */
  static mostBytes({ keyLength, valueLength, headers }: EncodedRecord): number {
    let bytes = 36 + keyLength + valueLength
    for (const [name, value] of headers) bytes += 10 + name.length + (value === null ? 0 : value.length)
    return bytes
  }

  /** About what it will take, without a look at what it is made of. */
  static roughBytes({ key, value }: ProducerRecord): number {
    return 70 + (key?.length ?? 0) + (value?.length ?? 0)
  }

  #encodeKey(key: string): number {
    const buffer = this.#keyBuffer
    if (key.length > shortText) return this.#encodeLongKey(key)
    for (let i = 0; i < key.length; i++) {
      const char = key.charCodeAt(i)
      if (char > 0x7f) return this.#encodeLongKey(key)
      buffer[i] = char
    }
    return key.length
  }

  #encodeLongKey(key: string): number {
    if (key.length * 3 > this.#keyBuffer.length) this.#keyBuffer = Buffer.allocUnsafeSlow(key.length * 3)
    return this.#keyBuffer.write(key, 0, 'utf8')
  }
}

function encodedHeaders(headers: Headers): EncodedHeader[] {
  if (Symbol.iterator in headers)
    return Array.from(headers as Iterable<readonly [string, Bytes | null]>, ([name, value]) => header(name, value))
  return Object.entries(headers).flatMap(([name, value]: [string, Bytes | null | readonly (Bytes | null)[]]) =>
    Array.isArray(value) ? value.map((each) => header(name, each)) : [header(name, value as Bytes | null)],
  )
}

const header = (name: string, value: Bytes | null): EncodedHeader => [
  Buffer.from(name),
  typeof value === 'string' ? Buffer.from(value) : (value ?? null),
]

function bytesOf(value: Uint8Array, record: ProducerRecord, what: string): Uint8Array {
  if (value instanceof Uint8Array) return value
  const message = `the ${what} of a record must be a string, a Uint8Array or null, not ${describe(value)}; serialize it first`
  throw new OttlaError('INVALID_ARGUMENT', { message, topic: record.topic })
}

const describe = (value: unknown) => (typeof value === 'object' ? Object.prototype.toString.call(value) : typeof value)

const wrongTimestamp = (record: ProducerRecord) =>
  new OttlaError('INVALID_ARGUMENT', {
    message: `a timestamp is a whole number of milliseconds since 1970, not ${record.timestamp}`,
    topic: record.topic,
  })
