import { after } from 'node:test'
import { createClient } from '@ottla/client'
import { startBroker } from 'ottla'
import { failure, Program, type ProgramOptions, success } from './program.ts'

/** A broker within this process, a client of it, and the program run against it. */
export async function startCommands() {
  const broker = await startBroker()
  const client = createClient({ bootstrap: broker.bootstrapServers })
  after(async () => {
    await client.close()
    await broker.close()
  })
  const environment = { OTTLA_BOOTSTRAP: broker.bootstrapServers }
  return {
    bootstrap: broker.bootstrapServers,
    client,
    admin: client.admin(),
    program: (args: readonly string[], options: ProgramOptions = {}) => new Program(args, { environment, ...options }),
    success: (args: readonly string[], options: ProgramOptions = {}) => success(args, { environment, ...options }),
    failure: (args: readonly string[], options: Parameters<typeof failure>[1] = {}) =>
      failure(args, { environment, ...options }),
  }
}

/** Whose lines are JSON. */
export const jsonLines = (text: string): any[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
