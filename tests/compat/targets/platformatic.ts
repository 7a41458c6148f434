// @platformatic/kafka: a younger client, written for Node 22 and later.
import { join } from 'node:path'
import { start, tail } from '../harness/command.ts'
import { modernNode } from '../harness/modern-node.ts'
import { compat } from '../harness/paths.ts'
import type { Result, RunContext, Target } from '../harness/target.ts'

let node = ''

export const platformatic: Target = {
  name: '@platformatic/kafka',
  prepare: async () => {
    const found = await modernNode()
    if ('missing' in found) return found.missing
    node = found.node
    return undefined
  },
  run: async ({ server, only, report }: RunContext) => {
    let reported = 0
    const onLine = (line: string) => {
      if (!line.startsWith('{"name"')) return
      reported += 1
      report(JSON.parse(line) as Result)
    }
    const main = join(compat, 'targets', 'platformatic-main.ts')
    const child = start(node, ['--import', 'tsx', main, server.address, ...only], { onLine, cwd: compat })
    const { code, stderr } = await child.finished
    if (code !== 0 || reported === 0) throw new Error(`its process ended with ${code}\n${tail(stderr)}`)
  },
}
