import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { launchKafka } from './kafka-server.ts'
import { launchOttla } from './ottla-server.ts'
import type { ServerProcess } from './server-process.ts'

/** The broker that a run is against: Ottla, Apache Kafka, or one that runs already. */
export interface Server {
  /** `host:port`; stays the same over restarts. */
  readonly address: string
  /** False for a broker that we did not start: it can be neither killed nor restarted. */
  readonly ours: boolean
  pid(): number
  kill(): Promise<void>
  /** Says how it ended. */
  stop(signal?: NodeJS.Signals): Promise<string>
  /** After `kill` or `stop`: the same port, the same data. */
  restart(): Promise<void>
  /** Stops it and removes its data. */
  dispose(): Promise<void>
}

export interface StartOptions {
  readonly settings?: Readonly<Record<string, string>>
  /** Where its data lies; a directory of its own below the system's temporary one unless told. */
  readonly directory?: string
  /** Of classes that Kafka needs besides its own. */
  readonly classpath?: string | undefined
  /** What Kafka's storage tool is told besides, when it makes the directory of a node. */
  readonly format?: readonly string[]
  /** A free one unless told. */
  readonly port?: number
}

/** `against` is `ottla`, `kafka` or `HOST:PORT`. */
export async function startServer(against: string, options: StartOptions = {}): Promise<Server> {
  if (against.includes(':')) return attached(against)
  if (against !== 'ottla' && against !== 'kafka')
    throw new Error(`--against takes ottla, kafka or HOST:PORT, not ${against}`)
  const launch = against === 'ottla' ? launchOttla : launchKafka
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), `${against}-compat-`))
  const settings = options.settings ?? {}
  const { classpath, format } = options
  let current: ServerProcess = await launch({ directory, port: options.port ?? 0, settings, classpath, format })
  const { address } = current
  const port = Number(address.slice(address.lastIndexOf(':') + 1))
  return {
    address,
    ours: true,
    pid: () => current.pid,
    kill: () => current.kill(),
    stop: (signal) => current.stop(signal),
    restart: async () => {
      current = await launch({ directory, port, settings, classpath, format })
    },
    dispose: async () => {
      await current.stop()
      if (options.directory === undefined) rmSync(directory, { recursive: true, force: true })
    },
  }
}

function attached(address: string): Server {
  const impossible = () => Promise.reject(new Error(`${address} was not started by this run`))
  const stop = () => Promise.resolve('it was left running')
  const dispose = () => Promise.resolve()
  return { address, ours: false, pid: () => 0, kill: impossible, stop, restart: impossible, dispose }
}
