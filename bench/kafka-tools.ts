// Kafka's own performance tools, and how to read what they print.
import { succeed } from '../tests/compat/harness/command.ts'
import type { Java } from '../tests/compat/harness/kafka-jars.ts'

/** The heap that `bin/kafka-run-class.sh` gives these tools. */
const heap = ['-Xms512M', '-Xmx512M']

export interface Produced {
  readonly recordsPerSecond: number
  readonly mbPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}
export interface Consumed {
  readonly recordsPerSecond: number
  readonly mbPerSecond: number
}
export interface Latency {
  readonly p50Ms: number
  readonly p99Ms: number
}

export interface Load {
  readonly topic: string
  readonly records: number
  readonly recordBytes: number
}

export class KafkaTools {
  private readonly java: Java
  private readonly address: string

  constructor(java: Java, address: string) {
    this.java = java
    this.address = address
  }

  async createTopic(topic: string, partitions: number): Promise<void> {
    const args = ['--create', '--topic', topic, '--partitions', String(partitions), '--replication-factor', '1']
    await this.run('TopicCommand', args)
  }

  /** acks=all, as fast as it goes, everything else as the producer has it by default. */
  async produce({ topic, records, recordBytes }: Load): Promise<Produced> {
    const amount = ['--num-records', String(records), '--record-size', String(recordBytes), '--throughput', '-1']
    const text = await this.run('ProducerPerformance', ['--topic', topic, ...amount, '--command-property', 'acks=all'])
    const summary = new RegExp(
      `^${records} records sent, ([\\d.]+) records/sec \\(([\\d.]+) MB/sec\\).* (\\d+) ms 50th, .* (\\d+) ms 99th,`,
      'm',
    )
    const [, recordsPerSecond, mbPerSecond, p50Ms, p99Ms] = numbers(summary, text)
    return { recordsPerSecond, mbPerSecond, p50Ms, p99Ms }
  }

  /** The rate while it fetches; joining the group is not part of it. */
  async consume({ topic, records }: Load): Promise<Consumed> {
    const args = ['--topic', topic, '--num-records', String(records), '--timeout', '60000']
    const text = await this.run('ConsumerPerformance', args)
    const columns = text.trim().split('\n').at(-1)!.split(',').map(Number)
    const [mbPerSecond = Number.NaN, recordsPerSecond = Number.NaN] = columns.slice(-2)
    return { recordsPerSecond, mbPerSecond }
  }

  /** From send to received, one record at a time, acks=all. */
  async latency({ topic, records, recordBytes }: Load): Promise<Latency> {
    const amount = ['--num-records', String(records), '--record-size', String(recordBytes)]
    const text = await this.run('EndToEndLatency', ['--topic', topic, ...amount, '--producer-acks', 'all'])
    const [, p50Ms, p99Ms] = numbers(/Percentiles: 50th = ([\d.]+), 99th = ([\d.]+)/, text)
    return { p50Ms, p99Ms }
  }

  private run(tool: string, args: readonly string[]): Promise<string> {
    const command = ['-cp', this.java.classpath, `org.apache.kafka.tools.${tool}`, '--bootstrap-server', this.address]
    return succeed(this.java.java, [...heap, ...command, ...args], { timeoutMs: 600_000 })
  }
}

function numbers(pattern: RegExp, text: string): [number, number, number, number, number] {
  const match = pattern.exec(text)
  if (match === null) throw new Error(`the tool printed something else than expected:\n${text.slice(-2_000)}`)
  return match.map(Number) as [number, number, number, number, number]
}
