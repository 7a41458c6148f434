import { fileURLToPath } from 'node:url'
import { nodeRuntime } from '@ottla/runtime'
import { program } from './program.ts'

/**
 * The `ottla` program. `argv` is that of the process; `name` is what was typed to run it. Resolves when the command is
 * under way, or done. What a command needs is loaded when it is asked for.
 */
export async function main(argv: readonly string[], name = 'ottla'): Promise<void> {
  const topics = () => import('./topic/index.ts')
  const groups = () => import('./group/index.ts')
  const version = await ownVersion()
  await program({
    version,
    start: async (options) => (await import('./start/start-command.ts')).start(options, { name, version }),
    produce: async (topic, file, options) => (await import('./produce/production.ts')).produce(topic, file, options),
    consume: async (names, options) => (await import('./consume/consumption.ts')).consume(names, options),
    topic: {
      create: async (names, options) => (await topics()).createTopics(names, options),
      list: async (options) => (await topics()).listTopics(options),
      describe: async (names, options) => (await topics()).describeTopics(names, options),
      alter: async (names, options) => (await topics()).alterTopics(names, options),
      delete: async (names, options) => (await topics()).deleteTopics(names, options),
    },
    group: {
      list: async (options) => (await groups()).listGroups(options),
      describe: async (names, options) => (await groups()).describeGroups(names, options),
      reset: async (id, options) => (await groups()).resetGroup(id, options),
      delete: async (names, options) => (await groups()).deleteGroups(names, options),
    },
  }).parseAsync(argv)
}

async function ownVersion(): Promise<string> {
  const content = await nodeRuntime().files.readFile(fileURLToPath(new URL('../package.json', import.meta.url)))
  return (JSON.parse(content.toString('utf8')) as { version: string }).version
}
