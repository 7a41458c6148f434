import type { Cluster, NewTopic } from '@ottla/cluster'
import type { AppendedAt, CoordinatorLog, CoordinatorRecord } from '@ottla/coordinator'
import { BatchBuilder, KafkaError, packedBatches, unpack } from '@ottla/protocol'
import type { Partition, Storage } from '@ottla/storage'

const readBytes = 1024 * 1024
/** About the largest batch that is made: what one command writes may be much more. */
const batchBytes = 512 * 1024

/** The log of a coordinator: an internal topic, written and read as any other. */
export class InternalTopicLog implements CoordinatorLog {
  readonly #cluster: Cluster
  readonly #storage: Storage
  readonly #topic: NewTopic

  /** `topic` is created as it says when it is needed and does not exist. */
  constructor(services: { readonly cluster: Cluster; readonly storage: Storage }, topic: NewTopic) {
    this.#cluster = services.cluster
    this.#storage = services.storage
    this.#topic = topic
  }

  partitionCount(): number | undefined {
    return this.#cluster.image.topics.get(this.#topic.name)?.partitions.length
  }

  async create(): Promise<number> {
    return this.partitionCount() ?? (await this.#cluster.createTopic(this.#topic)).partitions.length
  }

  async append(partition: number, records: readonly CoordinatorRecord[], timestamp: number): Promise<AppendedAt> {
    const { lastOffset } = await this.#partition(partition).append(packed(records, timestamp), {
      origin: 'coordinator',
    })
    return { endOffset: lastOffset + 1 }
  }

  async *read(index: number): AsyncGenerator<readonly CoordinatorRecord[]> {
    const partition = this.#partition(index)
    let from = partition.logStartOffset
    while (from < partition.highWatermark) {
      const options = { from, maxBytes: readBytes, atLeastOneBatch: true, isolation: 'read_uncommitted' } as const
      const { batches } = await partition.read(options)
      if (batches.length === 0) return
      for (const bytes of batches) {
        for (const batch of packedBatches(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))) {
          const records = batch.isControl ? [] : await unpack(batch)
          // The first batch may begin before the log's start.
          yield records.flatMap((record) => (record.offset < from ? [] : coordinatorRecord(record)))
          from = batch.nextOffset
        }
      }
    }
  }

  async deleteBefore(partition: number, offset: number): Promise<void> {
    await this.#partition(partition).deleteRecords(offset)
  }

  #partition(index: number): Partition {
    const { name } = this.#topic
    const topic = this.#cluster.image.topics.get(name)
    const partition = topic && this.#storage.partition(topic.id, index)
    if (partition === undefined) throw new KafkaError('NOT_LEADER_OR_FOLLOWER', `${name}-${index} is not led here`)
    return partition
  }
}

function packed(records: readonly CoordinatorRecord[], timestamp: number): Buffer {
  const batches: Buffer[] = []
  const builder = new BatchBuilder()
  for (const { key, value } of records) {
    builder.append({ timestamp, key, value })
    if (builder.bytes >= batchBytes) batches.push(builder.build().bytes)
  }
  if (builder.recordsCount > 0) batches.push(builder.build().bytes)
  return batches.length === 1 ? batches[0]! : Buffer.concat(batches)
}

// A record without a key says nothing to a coordinator.
const coordinatorRecord = ({ key, value }: { key: Buffer | null; value: Buffer | null }): CoordinatorRecord[] =>
  key === null ? [] : [{ key, value }]
