import { createInterface } from 'node:readline'
import { CommandError, UsageError } from '../session/command-error.ts'

/** Goes on only if a person says yes; where there is nobody to ask, `--yes` must have said so. */
export async function confirm(question: string, { yes = false }: { readonly yes?: boolean }): Promise<void> {
  if (yes) return
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true)
    throw new UsageError('there is nobody to ask; give --yes if you are sure')
  const answer = await ask(`${question} [y/N] `)
  if (!/^y(?:es)?$/i.test(answer.trim())) throw new CommandError('nothing was deleted')
}

/** Ctrl-C and Ctrl-D are an empty answer. */
function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  return new Promise((resolve) => {
    const cancelled = () => {
      process.stderr.write('\n')
      resolve('')
    }
    terminal.once('close', cancelled)
    terminal.question(question, (answer) => {
      terminal.off('close', cancelled)
      terminal.close()
      resolve(answer)
    })
  })
}
