// Apache Kafka as a single node: KRaft, its default settings apart from ports, directories and replication factors.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { delimiter, join } from 'node:path'
import { succeed } from './command.ts'
import { javaWithKafka } from './kafka-jars.ts'
import type { ServerOptions } from './ottla-server.ts'
import { type ServerProcess, spawnServer } from './server-process.ts'
import { answersApiVersions } from './wire.ts'

/** What `bin/kafka-server-start.sh` of the distribution passes to the JVM. */
const jvmOptions =
  '-Xmx1G -Xms1G -server -XX:+UseG1GC -XX:MaxGCPauseMillis=20 -XX:InitiatingHeapOccupancyPercent=35 -XX:+ExplicitGCInvokesConcurrent -Djava.awt.headless=true'

export async function launchKafka({
  directory,
  port: wanted,
  settings,
  classpath,
  format: told = [],
}: ServerOptions): Promise<ServerProcess> {
  const java = await javaWithKafka()
  if ('missing' in java) throw new Error(`Apache Kafka can not run here: ${java.missing}`)
  const port = wanted === 0 ? await freePort() : wanted
  const file = join(directory, 'server.properties')
  mkdirSync(directory, { recursive: true })
  writeFileSync(file, properties({ directory, port, controllerPort: await freePort(), settings }))
  if (!existsSync(join(directory, 'logs'))) {
    const format = ['kafka.tools.StorageTool', 'format', '-t', 'MkU3OEVBNTcwNTJENDM2Qk', '-c', file, ...told]
    await succeed(java.java, ['-cp', java.classpath, ...format])
  }
  const classes = classpath === undefined ? java.classpath : `${java.classpath}${delimiter}${classpath}`
  const server = spawnServer(java.java, [...jvmOptions.split(' '), '-cp', classes, 'kafka.Kafka', file])
  await Promise.race([
    answersApiVersions('127.0.0.1', port, 240_000),
    server.ended.then((why) => Promise.reject(new Error(why))),
  ])
  return { ...server, address: `127.0.0.1:${port}` }
}

interface Node {
  readonly directory: string
  readonly port: number
  readonly controllerPort: number
  readonly settings: Readonly<Record<string, string>>
}

function properties({ directory, port, controllerPort, settings }: Node): string {
  const all: Record<string, string> = {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    'log.dirs': join(directory, 'logs'),
    'offsets.topic.replication.factor': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    ...settings,
  }
  return Object.entries(all)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('')
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.on('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
