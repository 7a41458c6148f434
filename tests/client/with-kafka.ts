// The scenes of `tests/client` on Apache Kafka: starts one, for all of them, and runs the tests that need it.
//   npm run test:kafka [part of a path …]
// OTTLA_TEST_KAFKA=HOST:PORT takes one that runs already; what needs other listeners is left out then.
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { javaWithKafka } from '../compat/harness/kafka-jars.ts'
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
    return await onKafka(secure, wanted)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

async function onKafka({ port, settings, env }: SecureKafka, wanted: readonly string[]): Promise<number> {
  const kafka = await startServer('kafka', { port, settings })
  try {
    return await runTests(wanted, { OTTLA_TEST_KAFKA: kafka.address, ...env })
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
