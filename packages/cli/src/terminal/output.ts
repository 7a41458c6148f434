import { CommandError } from '../session/command-error.ts'

// Each write hears of its failure itself; without a listener, the stream would end the process.
process.stdout.on('error', () => {})

/** Resolves when the text is out; fails if nobody takes it. */
export function print(text: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (error === undefined || error === null) resolve()
      else if (isBrokenPipe(error)) reject(error)
      else reject(new CommandError(`can not write the output: ${error.message}`, { cause: error }))
    })
  })
}

export const printLine = (text: string) => print(`${text}\n`)

export const printJson = (value: unknown) => printLine(JSON.stringify(value))

/** The reader of the output has gone, as `head` does when it has its lines. */
export const isBrokenPipe = (error: unknown): boolean => {
  const { code } = (error ?? {}) as NodeJS.ErrnoException
  return code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED'
}
