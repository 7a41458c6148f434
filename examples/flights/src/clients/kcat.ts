import { findProgram } from '../../../../tests/compat/harness/command.ts'
import type { Client } from './client.ts'
import { asLine, feed, follow } from './lines.ts'

const program = findProgram('kcat', 'kafkacat')

export const kcatClient: Client = {
  name: 'kcat',
  letsGoInTime: true,
  missing: async () => (program === undefined ? 'kcat is not installed (Debian: apt-get install kafkacat)' : undefined),
  // librdkafka spreads keys by CRC-32 unless told; Kafka's own way puts a key where all other clients put it.
  produce: (address, topic, records) => {
    const settings = ['-X', 'enable.idempotence=true', '-X', 'topic.partitioner=murmur2_random', '-X', 'linger.ms=20']
    return feed(program!, ['-b', address, '-E', '-P', '-t', topic, '-K', '\t', ...settings], records.map(asLine))
  },
  join: async ({ address, topic, group, take }) => {
    const settings = ['auto.offset.reset=earliest', 'auto.commit.interval.ms=300', 'session.timeout.ms=10000']
    const args = [
      '-b',
      address,
      '-G',
      group,
      '-q',
      '-u',
      '-E',
      '-f',
      '%p\t%o\t%k\t%s\n',
      ...settings.flatMap((it) => ['-X', it]),
      topic,
    ]
    return follow(program!, args, (line) => {
      const [partition, offset, key, value] = line.split('\t')
      if (value !== undefined) take({ partition: Number(partition), offset: Number(offset), key: key || null, value })
    })
  },
}
