// docs/cli.md promises that its examples run as they stand, one after the other, against a fresh broker.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startBroker } from 'ottla'

const root = fileURLToPath(new URL('..', import.meta.url))
const document = await readFile(new URL('../docs/cli.md', import.meta.url), 'utf8')
const blocks = [...document.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block!)
const broker = await startBroker()
after(() => broker.close())

async function run(block: string) {
  const shell = spawn('bash', ['-e', '-o', 'pipefail', '-c', block], {
    cwd: root,
    env: { ...process.env, OTTLA_BOOTSTRAP: broker.bootstrapServers },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  shell.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text
  })
  shell.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text
  })
  const [exitCode] = await once(shell, 'close')
  return { exitCode, stdout, stderr }
}

/** What a block must have printed, by its first line. */
const expected: Readonly<Record<string, RegExp>> = {
  './ottla topic create orders --partitions 3': /^created topic orders with 3 partitions\n1 record .*\nhello\n$/,
  './ottla consume orders --until-end': /^\d\/\d .* o-2 {"cents":100} source=web$/m,
  './ottla topic list': /^PARTITION +LEADER/m,
  './ottla group list': /^orders +0 +\d+ +0$/m,
}

test('there are examples of all commands', () => {
  const text = blocks.join('')
  for (const command of ['produce', 'consume', 'topic create', 'topic list', 'topic describe', 'topic alter'])
    assert.ok(text.includes(`./ottla ${command}`), command)
  for (const command of ['topic delete', 'group list', 'group describe', 'group reset', 'group delete'])
    assert.ok(text.includes(`./ottla ${command}`), command)
  for (const first of Object.keys(expected))
    assert.ok(
      blocks.some((block) => block.startsWith(`${first}\n`)),
      first,
    )
})

for (const block of blocks) {
  const first = block.split('\n', 1)[0]!
  test(`as documented: ${first}`, {
    skip: process.platform === 'win32' && 'the examples are for a shell of Unix',
  }, async () => {
    const { exitCode, stdout, stderr } = await run(block)
    assert.equal(stderr, '')
    assert.equal(exitCode, 0)
    assert.match(stdout, expected[first] ?? /./)
  })
}
