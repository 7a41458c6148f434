import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../../..', import.meta.url))
const directories: string[] = []
const processes: ChildProcess[] = []

after(async () => {
  for (const child of processes) child.kill('SIGKILL')
  for (const directory of directories) await rm(directory, { recursive: true, force: true })
})

export async function newDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'ottla-cli-'))
  directories.push(directory)
  return directory
}

export interface ProgramOptions {
  /** All of its stdin, or 'open': the test writes there. Without it, stdin is empty. */
  readonly stdin?: string | Buffer
  readonly environment?: Readonly<Record<string, string>>
}

/** The program in a process of its own, as it is in the checkout: it builds itself if sources are newer. */
export class Program {
  readonly child: ChildProcess
  stdout = ''
  stderr = ''
  private readonly ended: Promise<number | null>

  constructor(args: readonly string[], { stdin, environment = {} }: ProgramOptions = {}) {
    this.child = spawn(process.execPath, [join(root, 'ottla'), ...args], {
      stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      env: { ...process.env, OTTLA_BOOTSTRAP: undefined, ...environment },
    })
    processes.push(this.child)
    this.child.stdout!.setEncoding('utf8').on('data', (text) => {
      this.stdout += text
    })
    this.child.stderr!.setEncoding('utf8').on('data', (text) => {
      this.stderr += text
    })
    // A program that ends before it has read all leaves a broken pipe behind.
    this.child.stdin?.on('error', () => {})
    if (stdin !== undefined && stdin !== 'open') this.child.stdin!.end(stdin)
    this.ended = once(this.child, 'close').then(([code]) => code)
  }

  /** The address of the line that says that it serves. */
  async ready(): Promise<{ host: string; port: number }> {
    await this.printed('\n')
    const [, host, port] = /^ready kafka:\/\/\[?(.*?)\]?:(\d+)\n$/.exec(this.stdout) ?? []
    assert.ok(host !== undefined, this.stdout)
    return { host, port: Number(port) }
  }

  /** Its stdout has this text. */
  async printed(text: string): Promise<void> {
    while (!this.stdout.includes(text)) {
      const ended = await Promise.race([this.ended, once(this.child.stdout!, 'data').then(() => undefined)])
      if (ended !== undefined && !this.stdout.includes(text)) throw new Error(`ended with ${ended}: ${this.stderr}`)
    }
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.child.kill(signal)
    return this.ended
  }

  exit(): Promise<number | null> {
    return this.ended
  }
}

/** Runs to its good end, and gives what it printed. */
export async function success(args: readonly string[], options?: ProgramOptions): Promise<string> {
  const program = new Program(args, options)
  assert.equal(await program.exit(), 0, program.stderr)
  assert.equal(program.stderr, '')
  return program.stdout
}

/** Runs to its end, which must be a failure told in one sentence, after whatever was printed. */
export async function failure(
  args: readonly string[],
  { exitCode = 1, stdout = '', ...options }: ProgramOptions & { exitCode?: number; stdout?: string } = {},
): Promise<string> {
  const program = new Program(args, options)
  assert.equal(await program.exit(), exitCode, program.stderr)
  assert.equal(program.stdout, stdout)
  assert.match(program.stderr, /^ottla: .*\n$/, program.stderr)
  return program.stderr.trimEnd()
}
