// The rules of the house that a machine can check: which package may import which, who may touch the world,
// how long a file may be, and that links in the documents lead somewhere.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from './prepare.mjs'

/** A package may import those that stand after the colon. Arrows point down: see ARCHITECTURE.md. */
const mayImport = {
  runtime: [],
  protocol: [],
  testkit: ['runtime'],
  storage: ['protocol', 'runtime'],
  cluster: ['protocol', 'runtime', 'storage'],
  coordinator: ['protocol', 'runtime'],
  client: ['protocol', 'runtime'],
  opentelemetry: ['client'],
  broker: ['cluster', 'coordinator', 'protocol', 'runtime', 'storage'],
  ottla: ['broker', 'cluster', 'coordinator', 'protocol', 'runtime', 'storage'],
  cli: ['client', 'ottla', 'protocol', 'runtime'],
}
/** Only these touch sockets, files, clocks, timers and chance. */
const ofTheWorld = new Set(['runtime', 'testkit'])
const worldly = [
  /from 'node:(fs|fs\/promises|net|tls|http|https|http2|dgram|dns|child_process|worker_threads|timers|timers\/promises|perf_hooks)'/,
  /(import|getBuiltinModule)\('node:(fs|net|tls|http|child_process|worker_threads)/,
  /\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(|\bprocess\.hrtime/,
  /\bMath\.random\(|import .*\b(randomBytes|randomUUID|randomInt)\b.* from 'node:crypto'|\bgetRandomValues\(/,
  /(?<![.\w])(setTimeout|setInterval)\(/,
]
const maxLines = 500

const problems = []
const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter((file) => file !== '' && existsSync(join(root, file)))
const isTest = (file) => /\.test\.ts$|\/testing\//.test(file)

for (const file of files) {
  const packageName = /^packages\/([^/]+)\/src\/.*\.ts$/.exec(file)?.[1]
  if (packageName !== undefined) checkSource(file, packageName)
  if (file.endsWith('.md')) checkLinks(file)
}

function checkSource(file, packageName) {
  const lines = readFileSync(join(root, file), 'utf8').split('\n')
  if (lines.length > maxLines + 1 && !isTest(file) && !lines.slice(0, 6).join(' ').includes('Longer than'))
    problems.push(
      `${file}: ${lines.length} lines; split it, or say at its top "Longer than ${maxLines} lines because …"`,
    )
  lines.forEach((line, i) => {
    const at = `${file}:${i + 1}`
    const imported = /from '(?:@ottla\/([a-z]+)|(ottla))(?:\/[a-z]+)?'/.exec(line)
    const name = imported?.[1] ?? imported?.[2]
    const allowed = isTest(file) ? [...(mayImport[packageName] ?? []), 'testkit'] : (mayImport[packageName] ?? [])
    if (name !== undefined && name !== packageName && !allowed.includes(name))
      problems.push(`${at}: ${packageName} may not import ${name}`)
    if (/from '(\.\.\/)+[a-z]+\/src\//.test(line)) problems.push(`${at}: import another package by its name`)
    if (ofTheWorld.has(packageName) || isTest(file) || /^\s*(\/\/|\*|\/\*|import type )/.test(line)) return
    if (worldly.some((pattern) => pattern.test(line)))
      problems.push(`${at}: only ${[...ofTheWorld].join(' and ')} may do this; take it from the Runtime`)
  })
}

function checkLinks(file) {
  const text = readFileSync(join(root, file), 'utf8')
  for (const [, target] of text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g))
    if (!existsSync(join(root, dirname(file), target))) problems.push(`${file}: a link leads nowhere: ${target}`)
}

checkLockfile()

/** An npm that asked a registry without some platform's binary leaves it out of the lockfile, for everybody, silently. */
function checkLockfile() {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  for (const [path, { optionalDependencies = {} }] of Object.entries(packages))
    for (const name of Object.keys(optionalDependencies))
      if (!isLocked(packages, path, name))
        problems.push(`package-lock.json: ${name} of ${path} is missing: npm install with a registry that has it`)
}

/** As Node looks for a package: in the folders above, from the nearest on. */
function isLocked(packages, from, name) {
  for (let folder = from; ; folder = dirname(folder)) {
    const above = folder === '' || folder === '.'
    if (packages[above ? `node_modules/${name}` : `${folder}/node_modules/${name}`] !== undefined) return true
    if (above) return false
  }
}

for (const problem of problems) console.error(problem)
process.exit(problems.length === 0 ? 0 : 1)
