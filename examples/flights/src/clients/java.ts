import { javaWithKafka } from '../../../../tests/compat/harness/kafka-jars.ts'
import type { Client } from './client.ts'
import { asLine, feed, follow } from './lines.ts'

/** Starts quickly, and leaves the second core to the others. */
const jvm = ['-Xmx256M', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC']

async function commandLine(mainClass: string, address: string, topic: string, args: readonly string[]) {
  const java = await javaWithKafka()
  if ('missing' in java) throw new Error(java.missing)
  const all = [...jvm, '-cp', java.classpath, mainClass, '--bootstrap-server', address, '--topic', topic, ...args]
  return [java.java, all] as const
}

const properties = (name: string, all: readonly string[]) => all.flatMap((it) => [name, it])

export const javaClient: Client = {
  name: "Kafka's console tools",
  letsGoInTime: true,
  missing: async () => {
    const java = await javaWithKafka()
    return 'missing' in java ? java.missing : undefined
  },
  produce: async (address, topic, records) => {
    const reader = properties('--reader-property', ['parse.key=true', 'ignore.error=true'])
    const client = properties('--command-property', ['enable.idempotence=true', 'acks=all'])
    const main = 'org.apache.kafka.tools.ConsoleProducer'
    await feed(...(await commandLine(main, address, topic, [...reader, ...client])), records.map(asLine))
  },
  join: async ({ address, topic, group, take }) => {
    const format = properties('--formatter-property', ['print.key=true', 'print.partition=true', 'print.offset=true'])
    const client = properties('--command-property', ['auto.commit.interval.ms=300', 'session.timeout.ms=10000'])
    const main = 'org.apache.kafka.tools.consumer.ConsoleConsumer'
    const args = ['--group', group, '--from-beginning', ...format, ...client]
    return follow(...(await commandLine(main, address, topic, args)), (line) => {
      const match = /^Partition:(\d+)\tOffset:(\d+)\t([^\t]*)\t(.*)$/.exec(line)
      if (match === null) return
      const [, partition, offset, key, value = ''] = match
      take({ partition: Number(partition), offset: Number(offset), key: key === 'null' ? null : key!, value })
    })
  },
}
