import { spawn } from 'node:child_process'
import { tail } from './command.ts'

export interface ServerProcess {
  readonly address: string
  readonly pid: number
  /** All that it wrote so far, both streams. */
  output(): string
  /** Resolves, once it has ended, with a sentence that says how and shows its last words. */
  readonly ended: Promise<string>
  /** SIGTERM unless told; waits for the end, and says how it was, as `ended` does. */
  stop(signal?: NodeJS.Signals): Promise<string>
  /** SIGKILL: no flush, no goodbye. */
  kill(): Promise<void>
}

const alive = new Set<() => void>()
process.on('exit', () => {
  for (const kill of alive) kill()
})

export function spawnServer(command: string, args: readonly string[]): Omit<ServerProcess, 'address'> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  // A server may run for long and write much; its last words are what explains a failure.
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-100_000)
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const killNow = () => void child.kill('SIGKILL')
  alive.add(killNow)
  const ended = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(`the server could not be started: ${error.message}`))
    child.on('close', (code, signal) => {
      alive.delete(killNow)
      resolve(`the server ended with ${signal ?? code}\n${tail(output)}`)
    })
  })
  const stop = (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal)
    return ended
  }
  const kill = async () => {
    await stop('SIGKILL')
  }
  return { pid: child.pid ?? 0, output: () => output, ended, stop, kill }
}

/** Waits for a line in what the server writes; an end without it is an error. */
export async function awaitLine(
  server: Omit<ServerProcess, 'address'>,
  pattern: RegExp,
  timeoutMs = 120_000,
): Promise<RegExpExecArray> {
  const deadline = Date.now() + timeoutMs
  let over: string | undefined
  void server.ended.then((why) => {
    over = why
  })
  for (;;) {
    const match = pattern.exec(server.output())
    if (match !== null) return match
    if (over !== undefined) throw new Error(over)
    if (Date.now() > deadline) throw new Error(`no line ${pattern} from the server:\n${tail(server.output())}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
