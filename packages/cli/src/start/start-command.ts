import { resolve } from 'node:path'
import { KafkaError } from '@ottla/protocol'
import { addressText, giveHeapRoom, nodeRuntime } from '@ottla/runtime'
import { type Node, startNode } from 'ottla/internal'
import type { StartArguments } from '../arguments/start-arguments.ts'
import { parsedProperties } from '../properties-file.ts'
import { failureSentence } from './failure-sentence.ts'
import { greeting } from './greeting.ts'
import { ProcessLog } from './process-log.ts'

/** `ottla start`: runs until a signal ends it. */
export async function start(
  options: StartArguments,
  { name, version }: { readonly name: string; readonly version: string },
): Promise<void> {
  giveHeapRoom()
  const log = new ProcessLog({
    least: options.logLevel,
    terminal: process.stderr.isTTY === true,
    now: nodeRuntime().now,
  })
  endOnBug(log)
  // Stopping may have to wait for a timer when nothing else holds the process any more.
  const runtime = nodeRuntime(log, { timersHoldProcess: true })
  let directory = resolve(options.data ?? './data')
  try {
    const settings = new Map([...(await settingsFile(options.config)), ...options.set])
    directory = resolve(options.data ?? settings.get('log.dirs') ?? settings.get('log.dir') ?? './data')
    const { listen, advertise } = options
    const starting = startNode({ runtime, directory, settings, listen, advertise })
    endOnSignals({ starting, log, monotonic: runtime.monotonic })
    const node = await starting
    // Whoever started the program may have gone without reading; the broker stays.
    process.stdout.on('error', () => {})
    process.stdout.write(`ready kafka://${addressText(node.address)}\n`)
    if (process.stdout.isTTY === true && process.stderr.isTTY === true)
      process.stderr.write(greeting({ name, version, address: node.address, directory }))
  } catch (error) {
    await log.flushed()
    process.stderr.write(`ottla: ${failureSentence(error, directory)}\n`)
    process.exit(1)
  }
}

async function settingsFile(path: string | undefined): Promise<ReadonlyMap<string, string>> {
  if (path === undefined) return new Map()
  const content = await nodeRuntime()
    .files.readFile(resolve(path))
    .catch((cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'ENOENT' ? 'there is no such file' : cause.message
      throw new KafkaError('INVALID_CONFIG', `can not read the settings ${path}: ${why}`, { cause })
    })
  return parsedProperties(content.toString('utf8'))
}

interface Signalled {
  readonly starting: Promise<Node>
  readonly log: ProcessLog
  monotonic(): number
}

/** A terminal and `npm start` both pass on one Ctrl-C: what comes so soon is the same wish. */
const sameSignalMs = 500

/** The first signal stops the broker with everything on disk, once it is up; a second one does not wait for that. */
function endOnSignals({ starting, log, monotonic }: Signalled): void {
  let stoppingSince: number | undefined
  const stop = async (signal: NodeJS.Signals) => {
    if (stoppingSince !== undefined) {
      if (monotonic() - stoppingSince > sameSignalMs) process.exit(1)
      return
    }
    stoppingSince = monotonic()
    try {
      await (await starting).close()
      await log.flushed()
      process.exit(0)
    } catch (error) {
      log.write('error', `${signal} could not stop the broker cleanly`, { err: error })
      await log.flushed()
      process.exit(1)
    }
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

/** What nobody caught may have left anything half done: the log on disk is sound, this process is not. */
function endOnBug(log: ProcessLog): void {
  let ending = false
  const end = (error: unknown) => {
    // One is enough; and what fails on the way out must not begin again.
    if (ending) return
    ending = true
    log.write('error', 'the broker ends because of an error that nobody caught', { err: error })
    void log.flushed().finally(() => process.exit(1))
  }
  process.on('uncaughtException', end)
  process.on('unhandledRejection', end)
}
