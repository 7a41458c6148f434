// Kafka's own Java clients, driven by a small program: tests/compat/java/Scenarios.java.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { start, succeed, tail } from '../harness/command.ts'
import { javaWithKafka } from '../harness/kafka-jars.ts'
import { cache, compat } from '../harness/paths.ts'
import type { Result, RunContext, Target } from '../harness/target.ts'

const classes = join(cache, 'java-classes')
let java = ''
let classpath = ''

export const javaClients: Target = {
  name: 'Java clients',
  prepare: async () => {
    const found = await javaWithKafka()
    if ('missing' in found) return found.missing
    if (found.javac === undefined) return 'javac is not installed'
    java = found.java
    classpath = found.classpath
    mkdirSync(classes, { recursive: true })
    await succeed(found.javac, ['-d', classes, '-cp', classpath, join(compat, 'java', 'Scenarios.java')])
    return undefined
  },
  run: async ({ server, only, report }: RunContext) => {
    let reported = 0
    const onLine = (line: string) => {
      if (!line.startsWith('{"name"')) return
      reported += 1
      report(JSON.parse(line) as Result)
    }
    const args = ['-Xmx512M', '-cp', `${classes}:${classpath}`, 'Scenarios', server.address, ...only]
    const { code, stderr } = await start(java, args, { onLine }).finished
    if (code !== 0 || reported === 0) throw new Error(`the program ended with ${code}\n${tail(stderr)}`)
  },
}
