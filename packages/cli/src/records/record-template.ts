import type { ConsumerRecord } from '@ottla/client'
import { UsageError } from '../session/command-error.ts'

type Part = string | ((record: ConsumerRecord) => string | Uint8Array)

const nullText = 'null'
const plain = (bytes: Uint8Array | null) => bytes ?? nullText
const asText = (encoding: 'base64' | 'hex') => (bytes: Uint8Array | null) =>
  bytes === null ? nullText : Buffer.from(bytes).toString(encoding)
const isoOf = (ms: number) => (ms < 0 ? nullText : new Date(ms).toISOString())

const placeholders: Readonly<Record<string, (record: ConsumerRecord) => string | Uint8Array>> = {
  topic: ({ topic }) => topic,
  partition: ({ partition }) => String(partition),
  offset: ({ offset }) => String(offset),
  timestamp: ({ timestamp }) => isoOf(timestamp),
  'timestamp:ms': ({ timestamp }) => String(timestamp),
  headers: ({ headers }) => headers.map(({ key, value }) => `${key}=${value?.toString() ?? nullText}`).join(','),
}
for (const field of ['key', 'value'] as const)
  Object.assign(placeholders, {
    [field]: (record: ConsumerRecord) => plain(record[field]),
    [`${field}:base64`]: (record: ConsumerRecord) => asText('base64')(record[field]),
    [`${field}:hex`]: (record: ConsumerRecord) => asText('hex')(record[field]),
  })

const escapes: Readonly<Record<string, string>> = { '\\n': '\n', '\\t': '\t', '\\r': '\r', '\\0': '\0', '\\\\': '\\' }

/** A function that writes records in the form of a template, each with a line break behind it. Bytes stay as they are. */
export function recordTemplate(template: string): (record: ConsumerRecord) => readonly (string | Uint8Array)[] {
  const parts: Part[] = template.split(/(\{\w[\w:]*\})/).map((text) => {
    if (!/^\{\w[\w:]*\}$/.test(text)) return text.replace(/\\[ntr0\\]/g, (sequence) => escapes[sequence]!)
    const fill = placeholders[text.slice(1, -1)]
    if (fill !== undefined) return fill
    const known = Object.keys(placeholders).map((name) => `{${name}}`)
    throw new UsageError(`--format has the unknown placeholder ${text}; there are ${known.join(' ')}`)
  })
  return (record) => [...parts.map((part) => (typeof part === 'string' ? part : part(record))), '\n']
}
