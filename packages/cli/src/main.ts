import { fileURLToPath } from 'node:url'
import { nodeRuntime } from '@ottla/runtime'
import { addStart } from './arguments/start-arguments.ts'
import { program } from './program.ts'

/** What says at the front of the arguments that no client is needed. */
const withoutClients = ['start', '--version', '-V']

/**
 * The `ottla` program. `argv` is that of the process; `name` is what was typed to run it. Resolves when the command is
 * under way, or done. What a command needs is loaded when it is asked for.
 */
export async function main(argv: readonly string[], name = 'ottla'): Promise<void> {
  const version = await ownVersion()
  const ottla = program(version)
  addStart(ottla, async (options) => (await import('./start/start-command.ts')).start(options, { name, version }))
  if (!withoutClients.includes(argv[2] ?? '')) (await import('./client-commands.ts')).addClientCommands(ottla)
  await ottla.parseAsync(argv)
}

async function ownVersion(): Promise<string> {
  const content = await nodeRuntime().files.readFile(fileURLToPath(new URL('../package.json', import.meta.url)))
  return (JSON.parse(content.toString('utf8')) as { version: string }).version
}
