import type { ClusterImage, Configs, StoredCluster, Topic } from '@ottla/cluster'
import type { Log } from '@ottla/runtime'
import type { PartitionId, Storage, TopicSettings } from '@ottla/storage'

/**
 * Keeps what the storage holds in step with the metadata: opens the partitions of topics that came to be, deletes those
 * of topics that went, and hands changed settings on. Runs before a change is answered, so a client that has heard of a
 * topic can write to it.
 */
export class PartitionKeeper {
  readonly #cluster: StoredCluster
  readonly #configs: Configs
  readonly #storage: Storage
  readonly #log: Log

  constructor(cluster: StoredCluster, configs: Configs, storage: Storage, log: Log) {
    this.#cluster = cluster
    this.#configs = configs
    this.#storage = storage
    this.#log = log
  }

  /** Opens everything that the metadata names, and finishes deletions that a stop interrupted. */
  async start(): Promise<void> {
    const { image } = this.#cluster
    await this.#open([...image.topics.values()], image)
    const deletions = this.#cluster.unfinishedDeletions()
    for (const topicId of deletions) await this.#storage.deleteTopic(topicId)
    await this.#cluster.finishDeletions(deletions)
    this.#cluster.onChange((next, before) => this.#follow(next, before))
  }

  async #follow(image: ClusterImage, before: ClusterImage): Promise<void> {
    const changed = [...image.topics.values()].filter((topic) => before.topicsById.get(topic.id) !== topic)
    await this.#open(changed, image)
    if (image.dynamicConfigs !== before.dynamicConfigs) {
      for (const topic of image.topics.values()) this.#configure(topic, this.#configs.topicSettings(topic, image))
    }
    const gone = [...before.topicsById.keys()].filter((id) => !image.topicsById.has(id))
    for (const topicId of gone) await this.#storage.deleteTopic(topicId)
    if (gone.length > 0) void this.#forget(gone)
  }

  /** In one call for all topics that share their settings: at start those are most. */
  async #open(topics: readonly Topic[], image: ClusterImage): Promise<void> {
    const bySettings = new Map<TopicSettings, PartitionId[]>()
    for (const topic of topics) {
      const settings = this.#configs.topicSettings(topic, image)
      const missing = topic.partitions
        .filter(({ partition }) => this.#storage.partition(topic.id, partition) === undefined)
        .map(({ partition }) => ({ topic: topic.name, topicId: topic.id, partition }))
      if (missing.length === 0) continue
      const ids = bySettings.get(settings)
      if (ids === undefined) bySettings.set(settings, missing)
      else ids.push(...missing)
    }
    for (const [settings, ids] of bySettings) await this.#storage.openPartitions(ids, settings)
    for (const topic of topics) this.#configure(topic, this.#configs.topicSettings(topic, image))
  }

  #configure(topic: Topic, settings: TopicSettings): void {
    for (const { partition, leaderEpoch } of topic.partitions) {
      const opened = this.#storage.partition(topic.id, partition)
      if (opened === undefined) continue
      opened.settings = settings
      opened.leaderEpoch = leaderEpoch
    }
  }

  /** Not awaited: the change that deleted the topics waits for this listener, and this one would wait behind it. */
  async #forget(topicIds: readonly string[]): Promise<void> {
    try {
      await this.#cluster.finishDeletions(topicIds)
    } catch (error) {
      this.#log.write('warn', 'a deletion will be finished at the next start', { err: error })
    }
  }
}
