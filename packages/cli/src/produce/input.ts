import { resolve } from 'node:path'
import type { Runtime } from '@ottla/runtime'
import { CommandError } from '../session/command-error.ts'

const fileChunkBytes = 256 * 1024

/** The bytes of a file, or of stdin, as they come, until their end or the signal. */
export function input(file: string | undefined, runtime: Runtime, signal: AbortSignal): AsyncIterable<Buffer> {
  return file === undefined || file === '-' ? stdin(signal) : fileContent(file, runtime, signal)
}

/** A person types there. */
export const isTyped = (file: string | undefined): boolean =>
  (file === undefined || file === '-') && process.stdin.isTTY === true

async function* stdin(signal: AbortSignal): AsyncGenerator<Buffer> {
  const stop = () => process.stdin.destroy()
  if (signal.aborted) return
  signal.addEventListener('abort', stop, { once: true })
  try {
    for await (const chunk of process.stdin) yield chunk as Buffer
  } catch (error) {
    if (!signal.aborted) throw new CommandError(`can not read stdin: ${(error as Error).message}`, { cause: error })
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

async function* fileContent(path: string, { files }: Runtime, signal: AbortSignal): AsyncGenerator<Buffer> {
  const failed = (cause: NodeJS.ErrnoException) => {
    throw new CommandError(`can not read ${path}: ${readTexts[cause.code ?? ''] ?? cause.message}`, { cause })
  }
  const file = await files.open(resolve(path), 'read').catch(failed)
  try {
    for (let position = 0; !signal.aborted; ) {
      const chunk = await file.read(position, fileChunkBytes).catch(failed)
      if (chunk.length === 0) return
      position += chunk.length
      yield chunk
    }
  } finally {
    await file.close()
  }
}

const readTexts: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a directory',
  EACCES: 'no permission',
  ESPIPE: 'it is a pipe; let stdin be it, as in "ottla produce TOPIC < PIPE"',
}
