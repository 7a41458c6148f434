import type { Partition, PartitionId } from './partition.ts'
import type { TopicSettings } from './topic-settings.ts'

/** What a broker stores, all told: the log of each of its partitions, and small keyed values beside them. */
export interface Storage {
  readonly keys: KeyValueStore
  /** A partition that was created and not deleted. Undefined: it is not here. */
  partition(topicId: string, partition: number): Partition | undefined
  /** Opens partitions: those that exist are recovered already, others start empty. Durable with the keys that name them. */
  openPartitions(ids: readonly PartitionId[], settings: TopicSettings): Promise<readonly Partition[]>
  /** Forgets the partitions of a topic and deletes their files. */
  deleteTopic(topicId: string): Promise<void>
  /** Checks retention now; also runs by itself each `retentionCheckIntervalMs`. */
  enforceRetention(): Promise<void>
  /** Bytes on disk, and free, where the runtime can tell. */
  usage(): { readonly bytes: number }
  /** Waits for what is queued, writes a checkpoint if that is done in seconds, and lets the directory go. */
  close(): Promise<void>
}

/**
 * Small values by key (topics, configurations, ids), journaled in the commit log beside the records. A commit is atomic
 * and durable before it resolves; `entries` shows it from then on.
 */
export interface KeyValueStore {
  readonly entries: ReadonlyMap<string, string>
  /** `undefined` removes the key. */
  commit(changes: ReadonlyMap<string, string | undefined>): Promise<void>
}

/** Limits and policies of the storage engine, from the broker's one configuration table. */
export interface StorageSettings {
  /** `fsync`: acknowledged means on disk. `os`: acknowledged means handed to the operating system. */
  readonly flushPolicy: 'fsync' | 'os'
  /** Memory for batches that are not in segments yet, bytes. */
  readonly tailBytes: number
  /** What a partition has in memory goes into the checkpoint itself, up to this many bytes, instead of into its segment. */
  readonly smallTailBytes?: number
  /** A stop writes so many partitions for a last checkpoint. If there are more, it leaves them to the next start. */
  readonly maxPartitionsAtClose?: number
  /** Size of the commit log at which a checkpoint is made, bytes. */
  readonly checkpointBytes: number
  readonly retentionCheckIntervalMs: number
  /** `producer.id.expiration.ms` */
  readonly producerIdExpirationMs: number
}
