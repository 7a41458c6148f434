import { join } from 'node:path'
import { root } from './paths.ts'
import { awaitLine, type ServerProcess, spawnServer } from './server-process.ts'

export interface ServerOptions {
  readonly directory: string
  /** 0 takes a free port. */
  readonly port: number
  readonly settings: Readonly<Record<string, string>>
  /** Of classes that Kafka needs besides its own. */
  readonly classpath?: string | undefined
  /** What Kafka's storage tool is told besides, when it makes the directory of a node. */
  readonly format?: readonly string[] | undefined
}

/** Ottla as its users run it: the program, its own process, every acknowledged record synced to the disk. */
export async function launchOttla({ directory, port, settings }: ServerOptions): Promise<ServerProcess> {
  const set = Object.entries(settings).flatMap(([key, value]) => ['--set', `${key}=${value}`])
  const args = ['start', '--listen', `127.0.0.1:${port}`, '--data', directory, ...set]
  const server = spawnServer(process.execPath, [join(root, 'ottla'), ...args])
  const [, address] = await awaitLine(server, /^ready kafka:\/\/(\S+)/m)
  return { ...server, address: address! }
}
