import { isUtf8 } from 'node:buffer'
import type { ConsumerRecord, ProducerRecord } from '@ottla/client'
import { CommandError } from '../session/command-error.ts'
import { bytesOfBase64 } from './base64.ts'

/*
 * A record as a line of JSON, the form in which `consume --json` writes and `produce --json` reads:
 *
 *     {"topic":"orders","partition":0,"offset":7,"timestamp":1767225600000,"key":"o-1","value":"…",
 *      "headers":[{"name":"source","value":"web"}]}
 *
 * Bytes that are not UTF-8 are base64, and "keyEncoding", "valueEncoding" or a header's "encoding" is then "base64".
 * Headers are a list, for they have an order, and one name may come twice.
 */

export function jsonOfRecord(record: ConsumerRecord): string {
  const { topic, partition, offset, timestamp, key, value, headers } = record
  return JSON.stringify({
    topic,
    partition,
    offset,
    timestamp,
    ...encoded(key, 'key', 'keyEncoding'),
    ...encoded(value, 'value', 'valueEncoding'),
    headers: headers.map(({ key: name, value: content }) => ({ name, ...encoded(content, 'value', 'encoding') })),
  })
}

function encoded(bytes: Uint8Array | null, field: string, encodingField: string): Record<string, string | null> {
  if (bytes === null) return { [field]: null }
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (isUtf8(buffer)) return { [field]: buffer.toString() }
  return { [field]: buffer.toString('base64'), [encodingField]: 'base64' }
}

/** What a line says of a record; the topic is not its business. */
export type GivenRecord = Pick<ProducerRecord, 'key' | 'value' | 'headers' | 'partition' | 'timestamp'>

const fields = [
  ...['topic', 'partition', 'offset', 'timestamp'],
  ...['key', 'keyEncoding', 'value', 'valueEncoding', 'headers'],
]

/** Fails with what is wrong with the line. Topic and offset are where the record came from, and count for nothing. */
export function recordOfJson(line: Buffer): GivenRecord {
  const object = parsed(line)
  const unknown = Object.keys(object).find((name) => !fields.includes(name))
  if (unknown !== undefined)
    throw new CommandError(
      `a record has no field "${unknown}"; its fields are key, value, headers, partition and timestamp (without --json, each line is a value as it stands)`,
    )
  if (object.value === undefined)
    throw new CommandError('it has no "value"; write "value": null if you mean a tombstone')
  return {
    key: decoded(object.key ?? null, object.keyEncoding, 'key'),
    value: decoded(object.value, object.valueEncoding, 'value'),
    headers: headersOf(object.headers ?? []),
    partition: wholeNumber(object.partition, 'partition'),
    timestamp: timestampOf(object.timestamp),
  }
}

function parsed(line: Buffer): Record<string, unknown> {
  let object: unknown
  try {
    object = JSON.parse(line.toString())
  } catch (error) {
    throw new CommandError(`it is not JSON: ${(error as Error).message}`)
  }
  if (!isObject(object)) throw new CommandError('it is not a JSON object, such as {"key": "a", "value": "b"}')
  return object
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Text as it is; what is no text, as JSON. */
function decoded(value: unknown, encoding: unknown, what: string): string | Buffer | null {
  if (value === null) return null
  if (encoding === undefined) return typeof value === 'string' ? value : JSON.stringify(value)
  if (encoding !== 'base64') throw new CommandError(`the encoding of its ${what} is not known; it can be "base64"`)
  const bytes = typeof value === 'string' ? bytesOfBase64(value) : undefined
  if (bytes === undefined) throw new CommandError(`its ${what} is not base64`)
  return bytes
}

function headersOf(headers: unknown): (readonly [string, string | Buffer | null])[] {
  if (isObject(headers)) return Object.entries(headers).map(([name, value]) => [name, decoded(value, undefined, name)])
  if (!Array.isArray(headers)) throw new CommandError('its headers are neither a list nor an object')
  return headers.map((header: unknown) => {
    if (!isObject(header) || typeof header.name !== 'string')
      throw new CommandError('a header is not of the form {"name": "…", "value": "…"}')
    return [header.name, decoded(header.value ?? null, header.encoding, `header ${header.name}`)]
  })
}

function wholeNumber(value: unknown, what: string): number | undefined {
  if (value === undefined || value === null) return undefined
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number
  throw new CommandError(`its ${what} is not a whole number`)
}

/** In ms since 1970, or as ISO text; -1 is Kafka's word for none. */
function timestampOf(value: unknown): number | undefined {
  if (value === -1) return undefined
  if (typeof value !== 'string') return wholeNumber(value, 'timestamp')
  const ms = Date.parse(value)
  if (Number.isNaN(ms)) throw new CommandError('its timestamp is not a time, such as "2026-01-31T12:00:00Z"')
  return ms
}
