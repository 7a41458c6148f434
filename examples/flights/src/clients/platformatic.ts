// @platformatic/kafka needs Node 22.22, which may not be the Node that runs the example: it gets its own process.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { succeed } from '../../../../tests/compat/harness/command.ts'
import { modernNode } from '../../../../tests/compat/harness/modern-node.ts'
import type { Client, Delivery } from './client.ts'
import { follow } from './lines.ts'

const program = fileURLToPath(new URL('./platformatic-process.ts', import.meta.url))

async function node(): Promise<string> {
  const found = await modernNode()
  if ('missing' in found) throw new Error(found.missing)
  return found.node
}

export const platformaticClient: Client = {
  name: '@platformatic/kafka',
  letsGoInTime: false,
  missing: async () => {
    const found = await modernNode()
    return 'missing' in found ? found.missing : undefined
  },
  produce: async (address, topic, records) => {
    const directory = mkdtempSync(join(tmpdir(), 'flights-'))
    const file = join(directory, 'records.json')
    writeFileSync(file, JSON.stringify(records))
    const args = ['--import', 'tsx', program, 'produce', address, topic, file]
    await succeed(await node(), args, { timeoutMs: 120_000 }).finally(() => rmSync(directory, { recursive: true }))
  },
  join: async ({ address, topic, group, take }) =>
    follow(await node(), ['--import', 'tsx', program, 'consume', address, topic, group], (line) => {
      take(JSON.parse(line) as Delivery)
    }),
}
