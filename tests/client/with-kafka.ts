// The scenes of `tests/client` on Apache Kafka: starts one, for all of them, and runs the tests that need it.
//   npm run test:kafka [part of a path …]
// OTTLA_TEST_KAFKA=HOST:PORT takes one that runs already; what needs other listeners is left out then.
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { succeed } from '../compat/harness/command.ts'
import { type Java, javaWithKafka } from '../compat/harness/kafka-jars.ts'
import { root } from '../compat/harness/paths.ts'
import { startServer } from '../compat/harness/server.ts'
import { type SecureKafka, secureKafka } from './secure-kafka.ts'

async function main(wanted: readonly string[]): Promise<number> {
  const running = process.env.OTTLA_TEST_KAFKA
  if (running !== undefined) return runTests(wanted, { OTTLA_TEST_KAFKA: running })
  const java = await javaWithKafka()
  if ('missing' in java) {
    console.log(`The client is not tested against Apache Kafka here: ${java.missing}`)
    return 0
  }
  const directory = mkdtempSync(join(tmpdir(), 'ottla-client-kafka-'))
  try {
    const secure = await secureKafka(directory)
    return await onKafka(secure, await telemetryReporter(java, directory), wanted)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

interface Reporter {
  readonly classpath?: string
  readonly settings?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
}

/** Takes what clients push (KIP-714); none without a compiler. */
async function telemetryReporter({ javac, classpath }: Java, directory: string): Promise<Reporter> {
  if (javac === undefined) return {}
  const file = join(directory, 'telemetry')
  writeFileSync(file, '')
  await succeed(javac, ['-d', directory, '-cp', classpath, join(root, 'tests', 'client', 'TelemetryLines.java')])
  const settings = { 'metric.reporters': 'TelemetryLines', 'test.telemetry.file': file }
  return { classpath: directory, settings, env: { OTTLA_TEST_KAFKA_TELEMETRY: file } }
}

async function onKafka(secure: SecureKafka, reporter: Reporter, wanted: readonly string[]): Promise<number> {
  const settings = { ...secure.settings, ...reporter.settings }
  const kafka = await startServer('kafka', { port: secure.port, settings, classpath: reporter.classpath })
  try {
    return await runTests(wanted, { OTTLA_TEST_KAFKA: kafka.address, ...secure.env, ...reporter.env })
  } finally {
    await kafka.dispose()
  }
}

function runTests(wanted: readonly string[], env: Readonly<Record<string, string>>): Promise<number> {
  const directory = join(root, 'tests', 'client')
  const files = readdirSync(directory)
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => relative(root, join(directory, name)))
    .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  const args = ['--test', '--test-reporter=spec', ...files]
  const child = spawn(process.execPath, [...process.execArgv, ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: 'inherit',
  })
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)))
}

process.exitCode = await main(process.argv.slice(2))
