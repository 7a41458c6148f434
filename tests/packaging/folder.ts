import { spawn, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const programs = join(root, 'tests', 'packaging', 'programs')
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'

/** Only the part of a manifest that is looked at here. */
export interface Manifest {
  readonly name: string
  readonly exports: Readonly<Record<string, unknown>>
  readonly scripts?: Readonly<Record<string, string>>
}

/** What a program did. */
export interface Outcome {
  readonly status: number | null
  /** Both of its streams. */
  readonly output: string
}

/** An empty folder of a user, away from the repository, which goes when the tests end. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), 'ottla-user-'))

  constructor() {
    writeFileSync(join(this.path, 'package.json'), '{ "name": "user", "private": true }\n')
    process.once('exit', () => this.remove())
  }

  install(...args: string[]): void {
    succeed(this.tryInstall(...args))
  }

  tryInstall(...args: string[]): Outcome {
    return this.run(npm, 'install', '--ignore-scripts', '--no-audit', '--no-fund', ...args)
  }

  runProgram(name: string, ...args: string[]): Outcome {
    return this.runProgramWith(process.execPath, name, ...args)
  }

  runProgramWith(runtime: string, name: string, ...args: string[]): Outcome {
    cpSync(join(programs, name), join(this.path, name))
    return this.run(runtime, name, ...args)
  }

  run(command: string, ...args: string[]): Outcome {
    const { status, stdout, stderr, error } = spawnSync(command, args, {
      cwd: this.path,
      env: userEnvironment(),
      encoding: 'utf8',
      timeout: 300_000,
      shell: command.endsWith('.cmd'),
    })
    return { status, output: `${stdout}${stderr}${error ?? ''}` }
  }

  start(command: string, ...args: string[]) {
    return spawn(command, args, { cwd: this.path, env: userEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] })
  }

  /** The paths of all files, within the folder. */
  files(below = ''): string[] {
    return readdirSync(join(this.path, below), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(this.path.length + 1))
  }

  bytesOf(below: string): number {
    return this.files(below).reduce((sum, file) => sum + statSync(join(this.path, file)).size, 0)
  }

  readJson<T>(file: string): T {
    return JSON.parse(readFileSync(join(this.path, file), 'utf8')) as T
  }

  write(file: string, content: string): void {
    writeFileSync(join(this.path, file), content)
  }

  copyProgram(name: string): void {
    cpSync(join(programs, name), join(this.path, name))
  }

  remove(...below: string[]): void {
    if (below.length === 0) rmSync(this.path, { recursive: true, force: true })
    for (const each of below) rmSync(join(this.path, each), { recursive: true, force: true })
  }
}

export function succeed({ status, output }: Outcome): string {
  if (status !== 0) throw new Error(`ended with ${status}:\n${output}`)
  return output
}

/** Builds what is published and packs it as `npm publish` would; the paths of the archives. */
export function packPublished(into: string): { manifest: Manifest; archive: string }[] {
  succeed(outcome(process.execPath, [join(root, 'scripts', 'build.mjs')]))
  return readdirSync(join(root, 'packages')).flatMap((folder) => {
    const directory = join(root, 'packages', folder)
    const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
    if (manifest.private === true) return []
    const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', into]
    const packed = succeed(outcome(npm, args, directory))
    const [file] = /[^"/]+\.tgz/.exec(packed) ?? []
    return [{ manifest, archive: join(into, file!) }]
  })
}

function outcome(command: string, args: string[], cwd = root): Outcome {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    shell: command.endsWith('.cmd'),
  })
  return { status, output: `${stdout}${stderr}${error ?? ''}` }
}

/** A test runner's own variables would follow into npm and into the programs. */
function userEnvironment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS, NODE_TEST_CONTEXT, INIT_CWD, ...rest } = process.env
  return rest
}
