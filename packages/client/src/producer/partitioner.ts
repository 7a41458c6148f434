import { partitionForKey } from '@ottla/protocol'
import type { Runtime } from '@ottla/runtime'
import { randomInteger } from '../connection/chance.ts'
import type { TopicMetadata } from '../connection/metadata.ts'
import type { EncodedRecord } from './batch-buffer.ts'
import type { ProducerRecord } from './record.ts'

/** Chooses the partition of a record that names none; undefined leaves it to the key. */
export type Partitioner = (record: ProducerRecord, topic: TopicMetadata) => number | undefined

/** After so many bytes, records without a key go to another partition (KIP-794). */
const stickyBytes = 64 * 1024

/**
 * The partition by Kafka's rules: with a key its hash, as the Java client has it; without one, a partition by chance
 * among those with a leader, kept until it got its share, for a few full batches are cheaper than many small ones.
 */
export class DefaultPartitioner {
  readonly #runtime: Runtime
  #sticky = -1
  #leftBytes = 0

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  partition(record: EncodedRecord, topic: TopicMetadata): number {
    const { partitions } = topic
    if (record.keyLength >= 0) return partitionForKey(record.key, partitions.length, record.keyLength)
    if (this.#leftBytes <= 0 || this.#sticky >= partitions.length) this.#choose(topic)
    this.#leftBytes -= record.valueLength + 70
    return this.#sticky
  }

  #choose({ partitions }: TopicMetadata): void {
    this.#leftBytes = stickyBytes
    const led = partitions.filter((partition) => partition.leader >= 0)
    const among = led.length > 0 ? led : partitions
    // Another one than before, if there is one.
    const others = among.length > 1 ? among.filter(({ partition }) => partition !== this.#sticky) : among
    this.#sticky = others[randomInteger(this.#runtime, others.length)]!.partition
  }
}
