import type { ConsumerRecord } from '@ottla/client'
import type { ConsumeArguments } from '../arguments/consume-arguments.ts'
import { jsonOfRecord } from '../records/json-record.ts'
import { recordTemplate } from '../records/record-template.ts'
import { print } from '../terminal/output.ts'

const defaultTemplate = '{value}'

/** A function that prints records, and resolves when they are out. */
export function recordOutput({
  json,
  format,
}: ConsumeArguments): (records: readonly ConsumerRecord[]) => Promise<void> {
  if (json === true) return (records) => print(records.map((record) => `${jsonOfRecord(record)}\n`).join(''))
  const template = recordTemplate(format ?? defaultTemplate)
  return (records) => {
    const parts = records.flatMap((record) => template(record))
    return print(Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part))))
  }
}
