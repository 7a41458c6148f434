import type { ValueFormat } from '../arguments/produce-arguments.ts'
import { CommandError } from '../session/command-error.ts'
import { bytesOfBase64 } from './base64.ts'

/** How a line of text is read. */
export interface LineForm {
  /** The key of every record. */
  readonly key?: string | undefined
  readonly keySeparator?: string | undefined
  readonly keyFormat: ValueFormat
  readonly valueFormat: ValueFormat
  /** What stands for null. */
  readonly null?: string | undefined
}

export interface KeyAndValue {
  readonly key: Buffer | null
  readonly value: Buffer | null
}

/** A function that reads lines of this form. It fails with what is wrong with a line. */
export function lineReader(form: LineForm): (line: Buffer) => KeyAndValue {
  const { keyFormat, valueFormat } = form
  const marker = form.null === undefined ? undefined : Buffer.from(form.null)
  const read = (text: Buffer, format: ValueFormat, what: string) =>
    marker?.equals(text) === true ? null : bytesOf(text, format, what)
  const fixedKey = form.key === undefined ? null : read(Buffer.from(form.key), keyFormat, 'the key')
  if (form.keySeparator === undefined) return (line) => ({ key: fixedKey, value: read(line, valueFormat, 'its value') })
  const separator = Buffer.from(form.keySeparator)
  return (line) => {
    const at = line.indexOf(separator)
    if (at < 0) throw new CommandError(`it has no "${form.keySeparator}" between key and value`)
    const key = read(line.subarray(0, at), keyFormat, 'its key')
    return { key, value: read(line.subarray(at + separator.length), valueFormat, 'its value') }
  }
}

function bytesOf(text: Buffer, format: ValueFormat, what: string): Buffer {
  switch (format) {
    case 'text':
      return text
    case 'json':
      checkJson(text, what)
      return text
    case 'base64': {
      const bytes = bytesOfBase64(text.toString('latin1'))
      if (bytes === undefined) throw new CommandError(`${what} is not base64`)
      return bytes
    }
  }
}

function checkJson(text: Buffer, what: string): void {
  try {
    JSON.parse(text.toString())
  } catch (error) {
    throw new CommandError(`${what} is not JSON: ${(error as Error).message}`)
  }
}
