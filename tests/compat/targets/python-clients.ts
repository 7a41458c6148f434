// Python's clients, driven by a small program: tests/compat/python/scenarios.py. confluent-kafka brings a current librdkafka.
import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { execute, findProgram, start, tail } from '../harness/command.ts'
import { cache, compat } from '../harness/paths.ts'
import type { Result, RunContext, Target } from '../harness/target.ts'

const packages = ['confluent-kafka==2.16.1', 'kafka-python==3.0.12', 'aiokafka==0.14.0']
const environment = join(cache, 'python-clients-1')

export const pythonClients: Target = {
  name: 'Python clients',
  prepare: async () => {
    const python = findProgram('python3')
    if (python === undefined) return 'python3 is not installed'
    return existsSync(environment) ? undefined : await install(python)
  },
  run: async ({ server, only, report }: RunContext) => {
    let reported = 0
    const onLine = (line: string) => {
      if (!line.startsWith('{"name"')) return
      reported += 1
      report(JSON.parse(line) as Result)
    }
    const program = [join(compat, 'python', 'scenarios.py'), server.address, ...only]
    const env = { PYTHONPATH: environment }
    const { code, stderr } = await start(findProgram('python3')!, program, { onLine, env }).finished
    if (code !== 0 || (reported === 0 && only.length === 0))
      throw new Error(`the program ended with ${code}\n${tail(stderr)}`)
  },
}

/** Into a directory beside, then renamed, so that what was interrupted is never taken for whole. */
async function install(python: string): Promise<string | undefined> {
  const work = `${environment}.partial`
  rmSync(work, { recursive: true, force: true })
  const args = ['-m', 'pip', 'install', '--quiet', '--only-binary', ':all:', '--target', work, ...packages]
  const { code, stderr } = await execute(python, args, { timeoutMs: 300_000 })
  if (code !== 0) return `pip could not fetch the clients: ${tail(stderr, 2)}`
  renameSync(work, environment)
  return undefined
}
