import { type Admin, type Client, createClient, OttlaError } from '@ottla/client'
import { nodeRuntime, type Runtime, silentLog } from '@ottla/runtime'
import type { ConnectionArguments } from '../arguments/connection-options.ts'
import { exitCodes } from '../exit-codes.ts'
import { isBrokenPipe } from '../terminal/output.ts'
import { clientConfig } from './client-config.ts'
import { UsageError } from './command-error.ts'
import { failureText, unreachableError } from './failure.ts'
import { warnings } from './warnings.ts'

/** What the work of a command stands on: a client that is connected. */
export interface Session {
  readonly client: Client
  readonly admin: Admin
  readonly runtime: Runtime
}

const tell = (text: string) => process.stderr.write(`ottla: ${text}\n`)

/** Connects, does the work, and ends the process with an exit code that says how it went. */
export async function runSession(
  options: ConnectionArguments,
  work: (session: Session) => Promise<void>,
): Promise<never> {
  const runtime = nodeRuntime(silentLog, { timersHoldProcess: true })
  let client: Client | undefined
  let exitCode: number = exitCodes.good
  try {
    const config = await clientConfig(options, runtime)
    const log = warnings(tell, runtime.monotonic)
    let isConnected = false
    // What keeps it from connecting at first is the failure of the command, and told as such.
    client = createClient({ ...config, log: (line) => isConnected && log(line) })
    await client.connect().catch((error) => {
      throw isUsage(error) ? error : unreachableError(error, config.bootstrap)
    })
    isConnected = true
    await work({ client, admin: client.admin({ timeoutMs: options.timeout }), runtime })
  } catch (error) {
    // Whoever has read enough closes the pipe: that is no failure.
    if (!isBrokenPipe(error)) {
      exitCode = isUsage(error) ? exitCodes.wrongUsage : exitCodes.failed
      tell(failureText(error))
    }
  }
  await client?.close()
  process.exit(exitCode)
}

const isUsage = (error: unknown) =>
  error instanceof UsageError || (error instanceof OttlaError && error.name === 'INVALID_ARGUMENT')
