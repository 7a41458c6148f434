// Every example is run, and what it says and leaves behind is looked at: against Ottla, and against Apache Kafka where
// Ottla lacks a feature yet.
//   npm run examples [name …]
// OTTLA_TEST_KAFKA=HOST:PORT takes an Apache Kafka that runs already.
import { join } from 'node:path'
import { execute, tail } from '../compat/harness/command.ts'
import { javaWithKafka } from '../compat/harness/kafka-jars.ts'
import { root } from '../compat/harness/paths.ts'
import { type Server, startServer } from '../compat/harness/server.ts'
import { type Example, examples, type Outcome } from './examples.ts'

const wanted = process.argv.slice(2)
const chosen = examples.filter(({ name }) => wanted.length === 0 || wanted.includes(name))
if (chosen.length === 0) throw new Error(`There is no example ${wanted.join(' or ')}`)
let failed = 0

await runAll(
  'ottla',
  chosen.filter(({ on }) => on !== 'kafka'),
)
for (const example of chosen.filter(({ on }) => on === 'kafka'))
  await report(example, 'Ottla, which lacks it', () => refusal(example))
await runOnKafka(chosen.filter(({ on }) => on === 'kafka'))
process.exitCode = failed === 0 ? 0 : 1

async function runOnKafka(needing: readonly Example[]): Promise<void> {
  if (needing.length === 0) return
  const java = process.env.OTTLA_TEST_KAFKA === undefined ? await javaWithKafka() : { running: true }
  if (!('missing' in java)) return runAll(process.env.OTTLA_TEST_KAFKA ?? 'kafka', needing)
  for (const { name } of needing)
    console.log(`skip  ${name}: it needs Apache Kafka, which can not run here: ${java.missing}`)
}

async function runAll(against: string, all: readonly Example[]): Promise<void> {
  for (const example of all) {
    const server = await startServer(against)
    const what = server.ours ? against : `Kafka at ${against}`
    await report(example, what, () => check(example, server)).finally(() => server.dispose())
  }
}

/** Without a broker that has what it needs, an example says so and ends with 3. */
async function refusal(example: Example): Promise<string[]> {
  const { code, output } = await run(example, {})
  const isClear = code === 3 && /needs a broker with the feature/.test(output) && /--bootstrap HOST:PORT/.test(output)
  return isClear ? [] : [`ended with ${code} and said\n${tail(output)}`]
}

async function check(example: Example, server: Server): Promise<string[]> {
  const setting = await example.prepare?.(server)
  try {
    const outcome = await run(example, { OTTLA_BOOTSTRAP: server.address, ...setting?.env })
    if (outcome.code !== 0) return [`ended with ${outcome.code} and said\n${tail(outcome.output)}`]
    const unsaid = example.says.filter((line) => !line.test(outcome.output))
    const found = unsaid.map((line) => `did not say ${line}, but\n${tail(outcome.output)}`)
    return [...found, ...((await example.leaves?.(server.address, outcome)) ?? [])]
  } finally {
    await setting?.dispose()
  }
}

/** As `npm start` in its folder does. */
async function run({ name }: Example, env: Readonly<Record<string, string>>): Promise<Outcome> {
  const cwd = join(root, 'examples', name)
  const { code, stdout, stderr } = await execute('npm', ['start', '--silent'], { cwd, env, timeoutMs: 120_000 })
  return { code, output: stdout + stderr }
}

async function report({ name }: Example, against: string, attempt: () => Promise<string[]>): Promise<void> {
  const problems = await attempt().catch((error) => [String((error as Error).stack)])
  if (problems.length > 0) failed++
  console.log(`${problems.length === 0 ? 'ok    ' : 'FAILED'}  ${name} (${against})`)
  for (const problem of problems) console.log(problem.replaceAll(/^/gm, '        '))
}
