// Installs and builds what is missing or stale, with nothing but Node and npm. When all is fresh it costs a few
// milliseconds: it only looks at modification times.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))
const stamp = join(root, '.cache', 'built')
const [major, minor] = process.versions.node.split('.').map(Number)

/** Modification time of a file in ms; 0 if there is none. */
const modified = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0

/** The newest modification time below a directory, tests left out. */
function newestBelow(directory) {
  let newest = modified(directory)
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.name.endsWith('.test.ts')) continue
    const path = join(directory, entry.name)
    newest = Math.max(newest, entry.isDirectory() ? newestBelow(path) : modified(path))
  }
  return newest
}

export function run(what, command, args, shell = false) {
  process.stderr.write(`${what} …\n`)
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], shell })
  if (status === 0) return
  process.stderr.write(`${what}: failed (${error?.message ?? `${command} ended with ${status}`})\n`)
  process.exit(1)
}

export function install() {
  if (major < 20 || (major === 20 && minor < 19)) {
    process.stderr.write(`Ottla needs Node 20.19 or newer; this is ${process.versions.node}\n`)
    process.exit(1)
  }
  if (modified(join(root, 'node_modules', '.package-lock.json')) >= modified(join(root, 'package-lock.json'))) return
  // Not `npm ci`, which works too but installs everything anew each time. What the lock file says is installed either
  // way. npm is a script on Windows, which only a shell can start.
  const args = ['install', '--no-save', '--no-audit', '--no-fund']
  run('Installing the dependencies', 'npm', args, process.platform === 'win32')
}

export function build() {
  install()
  const packages = readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name))
  const newest = Math.max(
    ...packages.map((directory) => newestBelow(join(directory, 'src'))),
    ...packages.map((directory) => modified(join(directory, 'package.json'))),
    modified(join(root, 'scripts', 'bundle.mjs')),
  )
  if (modified(stamp) >= newest) return
  const started = Date.now()
  run('Building', process.execPath, [join(root, 'scripts', 'bundle.mjs')])
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, `${new Date(started).toISOString()}\n`)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) build()
