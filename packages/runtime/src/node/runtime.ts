import { randomBytes } from 'node:crypto'
import { type Log, silentLog } from '../log.ts'
import type { Runtime } from '../runtime.ts'
import { nodeFiles } from './files.ts'
import { nodeNetwork } from './network.ts'

export interface NodeRuntimeOptions {
  /** A pending timer keeps the process alive, as one of a client does whose caller awaits an answer. */
  readonly timersHoldProcess?: boolean
}

/** The runtime of a real process. */
export const nodeRuntime = (log: Log = silentLog, options: NodeRuntimeOptions = {}): Runtime => ({
  now: Date.now,
  monotonic: () => performance.now(),
  timer(ms, fire) {
    const timer = setTimeout(fire, ms)
    if (options.timersHoldProcess !== true) timer.unref()
    return { cancel: () => clearTimeout(timer) }
  },
  afterInput: (fire) => void setImmediate(fire),
  randomBytes: (count) => randomBytes(count),
  files: nodeFiles,
  network: nodeNetwork,
  log,
})
