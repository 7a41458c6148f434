// The compatibility runs: clients, tools and test suites that others wrote, against a real process.
// `npm run compat -- --help` lists the options. The last line is `N passed, N failed, N skipped`.
import { parseArgs } from 'node:util'
import { startServer } from './harness/server.ts'
import type { Result, Target } from './harness/target.ts'
import { targets } from './targets/index.ts'

const usage = `Runs foreign clients and suites against a broker.

  --against ottla|kafka|HOST:PORT   the broker (ottla); kafka is Apache Kafka itself, to check the runs
  --target NAME                     only this target, may be repeated: ${targets.map(({ name }) => name).join(', ')}
  --only TEXT                       only scenarios and tests with TEXT in their name, may be repeated
  --verbose                         show what passed, too
`
const { values } = parseArgs({
  options: {
    against: { type: 'string', default: 'ottla' },
    target: { type: 'string', multiple: true, default: [] },
    only: { type: 'string', multiple: true, default: [] },
    verbose: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(usage)
  process.exit(0)
}
const unknown = values.target.filter((name) => !targets.some((target) => target.name === name))
if (unknown.length > 0) {
  console.error(`There is no target ${unknown.join(', ')}.\n${usage}`)
  process.exit(1)
}

const results: Result[] = []
for (const target of targets)
  if (values.target.length === 0 || values.target.includes(target.name)) await runTarget(target)

const count = (verdict: Result['verdict']) => results.filter((result) => result.verdict === verdict).length
for (const { name, verdict, detail } of results)
  if (verdict === 'failed') console.log(`FAILED ${name}: ${firstLine(detail)}`)
console.log(`${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`)
process.exit(count('failed') === 0 ? 0 : 1)

async function runTarget(target: Target): Promise<void> {
  const started = Date.now()
  const before = results.length
  const report = (result: Result) => {
    results.push({ ...result, name: `${target.name}: ${result.name}` })
    if (result.verdict !== 'passed' || values.verbose) print(result)
  }
  console.log(`\n${target.name}`)
  try {
    const missing = await target.prepare()
    if (missing !== undefined) return report({ name: target.name, verdict: 'skipped', detail: missing, ms: 0 })
    // Tests must not wait for members that may still come: a group with one member starts at once.
    const settings = { 'group.initial.rebalance.delay.ms': '0', ...target.settings }
    const server = await startServer(values.against, { settings })
    try {
      await target.run({ server, only: values.only, report })
    } finally {
      await server.dispose()
    }
  } catch (error) {
    report({ name: target.name, verdict: 'failed', detail: String(error), ms: Date.now() - started })
  }
  const own = results.slice(before)
  const passed = own.filter(({ verdict }) => verdict === 'passed').length
  console.log(`  ${passed} of ${own.length} passed in ${seconds(Date.now() - started)}`)
}

function print({ name, verdict, detail, ms }: Result): void {
  console.log(`  ${verdict.padEnd(7)} ${name} (${seconds(ms)})`)
  if (detail !== undefined) console.log(detail.replace(/^/gm, '            '))
}

function firstLine(text = ''): string {
  return text.split('\n')[0] ?? ''
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
