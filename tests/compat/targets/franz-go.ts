// franz-go's own test suites, as its author wrote them. The Go module proxy delivers a module with its tests.
//
// The allow-lists are a ratchet: a test on its list that fails is a failure of the run; a test that passes and is not
// on the list is shown, so that it is added. `findings.md` explains every test that is not on a list.
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execute, findProgram, start, succeed, tail } from '../harness/command.ts'
import { cache, compat } from '../harness/paths.ts'
import type { RunContext, Target } from '../harness/target.ts'

interface Suite {
  readonly name: string
  readonly module: string
  readonly version: string
  /** The directory of the tests within the module. */
  readonly directory: string
  /** The file names of the lists below `tests/compat/franz-go/`. */
  readonly list: string
}

const suites: readonly Suite[] = [
  {
    name: 'franz-go pkg/kgo',
    module: 'github.com/twmb/franz-go',
    version: 'v1.22.2',
    directory: 'pkg/kgo',
    list: 'kgo',
  },
  {
    name: 'franz-go pkg/kadm',
    module: 'github.com/twmb/franz-go/pkg/kadm',
    version: 'v1.19.0',
    directory: '.',
    list: 'kadm',
  },
]

export const franzGo: readonly Target[] = suites.map((suite) => ({
  name: suite.name,
  prepare: () => buildSuite(suite),
  run: (context: RunContext) => runSuite(suite, context),
}))

const programOf = (suite: Suite) => join(cache, 'franz-go', `${suite.list}-${suite.version}.test`)
const sourceOf = (suite: Suite) => join(cache, 'franz-go', `${suite.list}-${suite.version}`)

async function buildSuite(suite: Suite): Promise<string | undefined> {
  const go = findProgram('go')
  if (go === undefined) return 'go is not installed'
  if (existsSync(programOf(suite))) return undefined
  mkdirSync(join(cache, 'franz-go'), { recursive: true })
  const { code, stdout, stderr } = await execute(go, ['mod', 'download', '-json', `${suite.module}@${suite.version}`], {
    cwd: cache,
    timeoutMs: 300_000,
  })
  if (code !== 0) return `the Go module proxy did not deliver ${suite.module}: ${tail(stdout + stderr, 3)}`
  // The module cache is read-only, and the tests run in the directory of their package.
  const { Dir } = JSON.parse(stdout) as { Dir: string }
  cpSync(Dir, sourceOf(suite), { recursive: true, force: true })
  await execute('chmod', ['-R', 'u+w', sourceOf(suite)])
  const build = ['test', '-vet=off', '-c', '-o', programOf(suite), '.']
  await succeed(go, build, { cwd: join(sourceOf(suite), suite.directory), timeoutMs: 600_000 })
  return undefined
}

interface Event {
  readonly Action: string
  readonly Test?: string
  readonly Output?: string
  readonly Time?: string
}

/** What the tests read from the environment: see `helpers_test.go` of pkg/kgo. */
const environment = (address: string) => ({
  KGO_SEEDS: address,
  KGO_TEST_RF: '1',
  KGO_TEST_RECORDS: '50000',
  KGO_TEST_MAX_TOPIC_PARTS: '7',
  KGO_LOG_LEVEL: 'none',
})

async function runSuite(suite: Suite, context: RunContext): Promise<void> {
  const excluded = [...readList(`${suite.list}.exclude`)]
  const uncollected = [...readList(`${suite.list}.uncollected`)]
  const tests = new SuiteResults(readList(`${suite.list}.allow`), context)
  const wanted = context.only.length > 0 ? ['-test.run', context.only.join('|')] : []
  let lastWords = await runTests(suite, context, tests, [...wanted, ...allBut([...excluded, ...uncollected])])
  // Tests that depend on when Go collects garbage run by themselves and without collection: findings.md names them.
  const apart = uncollected.filter(
    (name) => context.only.length === 0 || context.only.some((text) => name.includes(text)),
  )
  if (apart.length > 0)
    lastWords += await runTests(suite, context, tests, ['-test.run', exactly(apart)], { GOGC: 'off' })
  tests.close(context.only.length > 0, lastWords)
}

const exactly = (names: readonly string[]) => `^(${names.join('|')})$`
/** Everything in the suite but these. */
const allBut = (names: readonly string[]) => (names.length === 0 ? [] : ['-test.skip', exactly(names)]) // each with its reason beside it in the list that names it

/** Runs the suite's program once and gives the end of what it wrote to stderr. */
async function runTests(
  suite: Suite,
  context: RunContext,
  tests: SuiteResults,
  selection: readonly string[],
  env: Record<string, string> = {},
): Promise<string> {
  const go = ['tool', 'test2json', '-t', programOf(suite), '-test.v=test2json', '-test.timeout', '480s']
  const run = start(findProgram('go')!, [...go, ...selection], {
    cwd: join(sourceOf(suite), suite.directory),
    env: { ...environment(context.server.address), ...env },
    onLine: (line) => tests.take(line),
  })
  return tail((await run.finished).stderr)
}

/** Follows the events of test2json and reports the tests that are on the list. */
class SuiteResults {
  private readonly allowed: ReadonlySet<string>
  private readonly context: RunContext
  private readonly output = new Map<string, string>()
  private readonly started = new Map<string, number>()
  private readonly seen = new Set<string>()
  private readonly unlisted: { readonly name: string; readonly action: string }[] = []

  constructor(allowed: ReadonlySet<string>, context: RunContext) {
    this.allowed = allowed
    this.context = context
  }

  take(line: string): void {
    if (!line.startsWith('{')) return
    const { Action, Test, Output, Time } = JSON.parse(line) as Event
    // A test with parts passes when all its parts do; those that its author skips for this broker do not count.
    if (Test === undefined || Test.includes('/')) return
    if (Action === 'output') this.output.set(Test, ((this.output.get(Test) ?? '') + (Output ?? '')).slice(-20_000))
    if (Action === 'run') this.started.set(Test, Date.parse(Time ?? ''))
    if (Action !== 'pass' && Action !== 'fail' && Action !== 'skip') return
    this.seen.add(Test)
    if (!this.allowed.has(Test)) {
      this.unlisted.push({ name: Test, action: Action })
      return
    }
    const ms = Date.parse(Time ?? '') - (this.started.get(Test) ?? 0)
    const detail = lastWordsOf(this.output.get(Test) ?? '')
    if (Action === 'pass') this.context.report({ name: Test, verdict: 'passed', ms })
    else this.context.report({ name: Test, verdict: Action === 'skip' ? 'skipped' : 'failed', detail, ms })
  }

  /** A test on the list that gave no verdict at all has hung or gone down with the whole program. */
  close(partial: boolean, lastWords: string): void {
    if (!partial)
      for (const name of this.allowed)
        if (!this.seen.has(name))
          this.context.report({ name, verdict: 'failed', detail: `it did not come to an end\n${lastWords}`, ms: 0 })
    const list = (action: string) =>
      this.unlisted.filter((test) => test.action === action).map(({ name }) => `    ${name}\n`)
    const passing = list('pass')
    if (passing.length > 0) console.log(`  pass and are not on the list (add them):\n${passing.join('')}`)
    const failing = list('fail')
    if (failing.length > 0) console.log(`  fail and are not on the list (see findings.md):\n${failing.join('')}`)
  }
}

/** The end of a test's output; when the program ran out of time, the tests that were running then. */
function lastWordsOf(output: string): string {
  const [, running] = output.split(/^panic: test timed out after .*$/m)
  return running === undefined ? tail(output) : `out of time;${running.split('\n\n')[0]}`
}

/** One test a line; `#` begins a comment. */
function readList(name: string): Set<string> {
  const file = join(compat, 'franz-go', name)
  if (!existsSync(file)) return new Set()
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
  return new Set(lines.filter((line) => line !== ''))
}
