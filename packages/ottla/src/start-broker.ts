import { resolve } from 'node:path'
import { nearestName } from '@ottla/cluster'
import { type Address, addressText, type Log, type LogLevel, memoryFiles, nodeRuntime, silentLog } from '@ottla/runtime'
import { type Node, startNode } from './node.ts'

/** How a broker is started. Without any: on a free port of 127.0.0.1, its data in memory, silent. */
export interface BrokerOptions {
  /** Port 0, the default, takes a free one. */
  readonly port?: number
  /** 127.0.0.1 by default. */
  readonly host?: string
  /** Where the data is kept. Without it, it lives in memory and is gone when the broker closes. */
  readonly directory?: string
  /** Where clients are told to connect, if not where they came to. */
  readonly advertise?: Address
  /** Settings by Kafka's names: `{ 'num.partitions': 6 }`. docs/configuration.md lists them. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>
  /** Called for each log line. Without it the broker is silent. */
  readonly log?: (level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>) => void
}

/** A broker in this process. */
export interface EmbeddedBroker extends AsyncDisposable {
  /** Where it listens. */
  readonly address: Address
  /** `HOST:PORT`, for the `bootstrap.servers` of clients. */
  readonly bootstrapServers: string
  /** The cluster's id; new with each directory. */
  readonly clusterId: string
  /** Closes all connections and lets everything go: no handle stays open. */
  close(): Promise<void>
}

/** So that a restarted test or dev server never waits for those who were there before it. */
const defaultsInProcess: Readonly<Record<string, string>> = {
  'group.initial.rebalance.delay.ms': '0',
  'group.leave.on.disconnect': 'true',
}

const optionNames: readonly (keyof BrokerOptions)[] = ['port', 'host', 'directory', 'advertise', 'settings', 'log']

/** Starts a broker inside this process. Several may run side by side. */
export async function startBroker(options: BrokerOptions = {}): Promise<EmbeddedBroker> {
  checkNames(options)
  const { directory, host = '127.0.0.1', port = 0, settings = {} } = options
  // The server holds the process while it serves; closing it may have to wait for a timer after that.
  const runtime = nodeRuntime(options.log === undefined ? silentLog : hookedLog(options.log), {
    timersHoldProcess: true,
  })
  const node = await startNode({
    runtime: directory === undefined ? { ...runtime, files: memoryFiles() } : runtime,
    directory: directory === undefined ? '/memory' : resolve(directory),
    settings: new Map(
      Object.entries({ ...defaultsInProcess, ...settings }).map(([name, value]) => [name, String(value)]),
    ),
    listen: { host, port },
    advertise: options.advertise,
  })
  return embedded(node)
}

/** Not every caller has a compiler; data that was to be kept must not go to memory for a slip of the pen. */
function checkNames(options: BrokerOptions): void {
  const unknown = Object.keys(options).find((name) => !(optionNames as readonly string[]).includes(name))
  if (unknown === undefined) return
  const nearest = nearestName(unknown, optionNames)
  const hint = nearest === undefined ? `there are ${optionNames.join(', ')}` : `did you mean ${nearest}?`
  throw new TypeError(`startBroker has no option ${unknown}; ${hint}`)
}

const hookedLog = (write: NonNullable<BrokerOptions['log']>): Log => ({ enabled: () => true, write })

const embedded = (node: Node): EmbeddedBroker => ({
  address: node.address,
  bootstrapServers: addressText(node.address),
  clusterId: node.clusterId,
  close: node.close,
  [Symbol.asyncDispose]: node.close,
})
