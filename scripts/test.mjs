// `npm test [part of a path …]`: runs the tests of all packages from source, and those between packages.
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { build, root } from './prepare.mjs'

build()

const skipped = new Set(['node_modules', 'dist', 'compat', 'packaging', '.cache'])

function* testsBelow(directory) {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name)
    if (entry.isDirectory() && !skipped.has(entry.name)) yield* testsBelow(path)
    else if (entry.name.endsWith('.test.ts')) yield relative(root, path)
  }
}

const wanted = process.argv.slice(2)
const files = ['packages', 'tests']
  .flatMap((directory) => [...testsBelow(join(root, directory))])
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .sort()
if (files.length === 0) {
  console.error(`No test file has ${wanted.join(' or ')} in its path.`)
  process.exit(1)
}
const reporter = 'spec'
const { status } = spawnSync(
  process.execPath,
  ['--conditions=@ottla/source', '--import', 'tsx', '--test', `--test-reporter=${reporter}`, ...files],
  { cwd: root, stdio: 'inherit' },
)
process.exit(status ?? 1)
