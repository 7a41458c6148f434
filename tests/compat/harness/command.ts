import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

export interface CommandOptions {
  readonly input?: string | Buffer
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  readonly timeoutMs?: number
  /** Called with each whole line of stdout as it comes. */
  readonly onLine?: (line: string) => void
}

export interface Finished {
  /** The exit code; 128 if a signal ended it. */
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end. It is killed when `timeoutMs` (60,000 unless told) have passed. */
export function execute(command: string, args: readonly string[], options: CommandOptions = {}): Promise<Finished> {
  const { promise, child, kill } = launch(command, args, options)
  const timer = setTimeout(kill, options.timeoutMs ?? 60_000)
  child.stdin?.on('error', () => undefined)
  child.stdin?.end(options.input ?? '')
  return promise.finally(() => clearTimeout(timer))
}

/** The same, and an exit code other than 0 is an error that shows the end of what the program said. */
export async function succeed(command: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await execute(command, args, options)
  if (code === 0) return stdout
  throw new Error(`${command} ${args.slice(0, 6).join(' ')} … ended with ${code}\n${tail(stdout)}\n${tail(stderr)}`)
}

/** A program that goes on while something else happens, until it ends or is told to. */
export interface Running {
  readonly pid: number
  readonly finished: Promise<Finished>
  signal(name: NodeJS.Signals): void
}

export function start(command: string, args: readonly string[], options: CommandOptions = {}): Running {
  const { promise, child } = launch(command, args, options)
  child.stdin?.end(options.input ?? '')
  return { pid: child.pid ?? 0, finished: promise, signal: (name) => void child.kill(name) }
}

function launch(command: string, args: readonly string[], options: CommandOptions) {
  const env = { ...process.env, ...options.env }
  const child = spawn(command, args, { cwd: options.cwd, env, stdio: ['pipe', 'pipe', 'pipe'] })
  const out: Buffer[] = []
  const err: Buffer[] = []
  let rest = ''
  child.stdout.on('data', (chunk: Buffer) => {
    out.push(chunk)
    if (options.onLine === undefined) return
    const lines = (rest + chunk.toString('utf8')).split('\n')
    rest = lines.pop() ?? ''
    lines.forEach(options.onLine)
  })
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
  const promise = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) =>
      resolve({ code: code ?? 128, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }),
    )
  })
  return { promise, child, kill: () => void child.kill('SIGKILL') }
}

/** Where a program is on the PATH, or undefined. */
export function findProgram(...names: string[]): string | undefined {
  for (const name of names)
    for (const directory of (process.env.PATH ?? '').split(delimiter)) {
      const path = join(directory, name)
      try {
        accessSync(path, constants.X_OK)
        return path
      } catch {
        // Not in this directory.
      }
    }
  return undefined
}

/** The last lines of a long text, for a failure's message. */
export function tail(text: string, lines = 15): string {
  return text.trimEnd().split('\n').slice(-lines).join('\n')
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Waits until `attempt` gives a value. Its last error, or the name of what was awaited, is thrown after `timeoutMs`. */
export async function eventually<T>(
  what: string,
  attempt: () => Promise<T | undefined>,
  timeoutMs = 30_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs
  let last: unknown
  for (;;) {
    try {
      const value = await attempt()
      if (value !== undefined) return value
    } catch (error) {
      last = error
    }
    if (Date.now() > deadline) throw new Error(`${what}: did not happen within ${timeoutMs} ms`, { cause: last })
    await sleep(50)
  }
}
