// Lint and formatting, types, and the rules of the house, all of them, so that one run shows everything.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { install, root } from './prepare.mjs'

install()
const bin = (...path) => join(root, 'node_modules', ...path)
const checks = [
  ['lint and formatting', bin('@biomejs', 'biome', 'bin', 'biome'), 'ci', '--error-on-warnings', '.'],
  ['types', bin('typescript', 'bin', 'tsc'), '-p', 'tsconfig.check.json'],
  ['rules of the house', join(root, 'scripts', 'tidy.mjs')],
]
let failed = 0
for (const [name, script, ...args] of checks) {
  const { status } = spawnSync(process.execPath, [script, ...args], { cwd: root, stdio: 'inherit' })
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name}`)
  if (status !== 0) failed++
}
process.exit(failed === 0 ? 0 : 1)
