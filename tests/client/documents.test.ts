// The examples in the documents compile under strict settings, and run.
import { deepEqual, equal, match } from 'node:assert/strict'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { startBroker } from 'ottla'
import { execute } from '../compat/harness/command.ts'
import { cache, root } from '../compat/harness/paths.ts'
import { type Scene, scenes } from './document-scenes.ts'

const documents = ['README.md', 'docs/client.md', 'docs/consumer.md', 'docs/kafkajs.md', 'docs/observability.md']
const folder = join(cache, 'documents')
const kafka = process.env.OTTLA_TEST_KAFKA
const examples = new Map(documents.flatMap(examplesOf))

/** Its examples in TypeScript, by their addresses. */
function examplesOf(document: string): [example: string, code: string][] {
  const text = readFileSync(join(root, document), 'utf8')
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code], i) => [`${document} ${i + 1}`, code!])
}

const fileOf = (example: string) => `${example.replaceAll(/[^a-zA-Z0-9]+/g, '-')}.ts`

/** With what stands around it, and the broker's address where the document has one. */
function program({ example, before = '', after = '' }: Scene): string {
  const text = `${before}${examples.get(example)}\n${after}export {}\n`
  return text.replaceAll(/'(localhost|127\.0\.0\.1):9092'/g, 'process.env.OTTLA_BOOTSTRAP!')
}

test('every example of the documents has a scene here, in which it is tried', () => {
  deepEqual(
    [...examples.keys()],
    scenes.map(({ example }) => example),
  )
})

test('every example compiles', async () => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const scene of scenes) writeFileSync(join(folder, fileOf(scene.example)), program(scene))
  const compilerOptions = { noUnusedLocals: false, noUnusedParameters: false }
  const config = { extends: '../../tsconfig.check.json', compilerOptions, include: ['*.ts'], exclude: [] }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const { stdout, code } = await execute(process.execPath, [tsc, '-p', folder], { timeoutMs: 300_000 })
  deepEqual([stdout, code], ['', 0])
})

for (const scene of scenes) {
  const skip = scene.on === 'kafka' && kafka === undefined && 'OTTLA_TEST_KAFKA names no running Kafka'
  test(`the example ${scene.example} runs and prints what it should`, { skip }, async () => {
    if (scene.on === 'kafka') return run(scene, kafka!)
    await using broker = await startBroker()
    await run(scene, broker.bootstrapServers)
  })
}

async function run({ example, prints }: Scene, bootstrap: string): Promise<void> {
  const args = ['--conditions=@ottla/source', '--import', 'tsx', join(folder, fileOf(example))]
  const env = { OTTLA_BOOTSTRAP: bootstrap }
  const { stdout, stderr, code } = await execute(process.execPath, args, { cwd: root, env, timeoutMs: 120_000 })
  equal(code, 0, `${stdout}\n${stderr}`)
  match(stdout, prints)
}
