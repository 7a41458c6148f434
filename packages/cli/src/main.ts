import { fileURLToPath } from 'node:url'
import { nodeRuntime } from '@ottla/runtime'
import { program } from './program.ts'

/** The `ottla` program. `argv` is that of the process. Resolves when the command is under way. */
export async function main(argv: readonly string[]): Promise<void> {
  await program({
    version: await version(),
    start: async (options) => (await import('./start-command.ts')).start(options),
  }).parseAsync(argv)
}

async function version(): Promise<string> {
  const content = await nodeRuntime().files.readFile(fileURLToPath(new URL('../package.json', import.meta.url)))
  return (JSON.parse(content.toString('utf8')) as { version: string }).version
}
