import { KafkaError } from '@ottla/protocol'
import type { Runtime } from '@ottla/runtime'
import {
  type BrokerInfo,
  type Cluster,
  type ClusterImage,
  type ConfigResource,
  type NewTopic,
  resourceKey,
  type Topic,
} from './cluster.ts'
import {
  changedImage,
  configKey,
  deletionKey,
  emptyImage,
  type ImageContext,
  type StoredTopic,
  topicKey,
} from './image.ts'
import type { Compare, MetadataStore, MetaEvent, Put } from './metadata-store.ts'
import { randomUuid } from './random-uuid.ts'
import { checkTopicName, collidingName } from './topic-name.ts'

export interface ClusterOptions {
  readonly store: MetadataStore
  readonly runtime: Runtime
  readonly broker: BrokerInfo
  /** Created at start if they are not there. */
  readonly internalTopics: readonly NewTopic[]
  /** The most partitions of all topics together. */
  maxPartitions(): number
  /** The most groups with settings of their own. */
  maxConfiguredGroups(): number
}

type Listener = (image: ClusterImage, before: ClusterImage) => void | Promise<void>

/** What one request wants changed, judged against the values of now. `result` is made when the change is visible. */
interface Change<T> {
  readonly when: readonly Compare[]
  readonly puts: readonly Put[]
  result(image: ClusterImage): T
}

/**
 * The metadata of the cluster as keys in a `MetadataStore` (CLUSTER.md, 2.1), and an image of them in memory.
 *
 *   cluster            {clusterId, format}
 *   n/<brokerId>       how many times this broker has started
 *   t/<name>           a topic
 *   d/<topicId>        a deletion whose records may still be there
 *   cfg/<type>/<name>  what was set while running, of brokers and groups
 *   pid                the next producer id
 *
 * A change goes to the store as compare-and-set, comes back through the watch, is told to the listeners (which open and
 * delete partitions), becomes the image, and only then is answered. So whoever hears an answer sees what it says.
 */
export class StoredCluster implements Cluster {
  image: ClusterImage
  readonly #options: ClusterOptions
  readonly #context: ImageContext
  readonly #values: Map<string, string>
  readonly #listeners: Listener[] = []
  /** The last time that a listener failed, and the changes that it concerns. */
  #failure: { readonly after: number; readonly revision: number; readonly error: unknown } | undefined
  #revision: number
  /** Partitions of creations that were judged and are not in the image yet. */
  #partitionsUnderWay = 0
  #counted: { readonly topics: ClusterImage['topics']; readonly partitions: number } = {
    topics: new Map(),
    partitions: 0,
  }
  readonly #unwatch: () => void

  /** @internal Use `openCluster`. */
  constructor(options: ClusterOptions, context: ImageContext, values: Map<string, string>, revision: number) {
    this.#options = options
    this.#context = context
    this.#values = values
    this.#revision = revision
    const events = [...values].map(([key, value]) => ({ key, value }))
    this.image = changedImage(emptyImage(context), events, context)
    this.#unwatch = options.store.watch('', revision, {
      events: (changes, at) => this.#follow(changes, at),
      reset: () => options.runtime.log.write('error', 'the metadata store lost its history'),
    })
  }

  /** Ends following the store. */
  close(): void {
    this.#unwatch()
  }

  /** Deletions that were decided and not finished when the broker stopped. */
  unfinishedDeletions(): string[] {
    return [...this.#values.keys()].filter((key) => key.startsWith('d/')).map((key) => key.slice('d/'.length))
  }

  /** The records of deleted topics are gone. */
  async finishDeletions(topicIds: readonly string[]): Promise<void> {
    if (topicIds.length === 0) return
    const puts = topicIds.map((id) => ({ key: deletionKey(id), value: undefined }))
    await this.#change(() => ({ when: [], puts, result: () => undefined }))
  }

  createTopic(topic: NewTopic): Promise<Topic> {
    const id = randomUuid(this.#options.runtime)
    return this.#growing(topic.partitionCount, () => {
      checkNewTopic(topic, this.image)
      const key = topicKey(topic.name)
      return {
        when: [{ key, createRevision: 0 }],
        puts: [{ key, value: newTopicValue(topic, id, this.#context.session) }],
        result: (image) => existing(image, topic.name),
      }
    })
  }

  deleteTopic(name: string): Promise<void> {
    return this.#change(() => {
      const { id } = existing(this.image, name)
      return {
        when: [this.#unchanged(topicKey(name))],
        puts: [
          { key: topicKey(name), value: undefined },
          { key: deletionKey(id), value: JSON.stringify({ name }) },
        ],
        result: () => undefined,
      }
    })
  }

  createPartitions(name: string, count: number): Promise<Topic> {
    return this.#growing(count - (this.image.topics.get(name)?.partitions.length ?? 0), () => {
      checkPartitionCount(existing(this.image, name), count)
      const key = topicKey(name)
      const stored = JSON.parse(this.#values.get(key)!) as StoredTopic
      return {
        when: [this.#unchanged(key)],
        puts: [{ key, value: JSON.stringify({ ...stored, partitions: count }) }],
        result: (image) => existing(image, name),
      }
    })
  }

  alterConfigs(resource: ConfigResource, changes: ReadonlyMap<string, string | undefined>): Promise<void> {
    return this.#change(() => {
      if (resource.type === 'topic') existing(this.image, resource.name)
      if (resource.type === 'group') this.#checkRoomForGroup(resource)
      const configs = new Map(this.configsOf(resource))
      for (const [name, value] of changes) {
        if (value === undefined) configs.delete(name)
        else configs.set(name, value)
      }
      const key = resource.type === 'topic' ? topicKey(resource.name) : configKey(resourceKey(resource))
      return { when: [this.#unchanged(key)], puts: [this.#configsPut(key, configs)], result: () => undefined }
    })
  }

  configsOf(resource: ConfigResource): ReadonlyMap<string, string> {
    if (resource.type === 'topic') return this.image.topics.get(resource.name)?.configs ?? new Map()
    return this.image.dynamicConfigs.get(resourceKey(resource)) ?? new Map()
  }

  allocateProducerIds(count: number): Promise<number> {
    return this.#change(() => {
      const next = Number(this.#values.get('pid') ?? 0)
      return {
        when: [this.#unchanged('pid')],
        puts: [{ key: 'pid', value: String(next + count) }],
        result: () => next,
      }
    })
  }

  onChange(listener: Listener): void {
    this.#listeners.push(listener)
  }

  #configsPut(key: string, configs: ReadonlyMap<string, string>): Put {
    const record = Object.fromEntries(configs)
    if (key.startsWith('t/')) {
      const stored = JSON.parse(this.#values.get(key)!) as StoredTopic
      return { key, value: JSON.stringify({ ...stored, configs: record }) }
    }
    return { key, value: configs.size === 0 ? undefined : JSON.stringify(record) }
  }

  /** Holds as long as nobody changed the key since this broker's copy was made. */
  #unchanged(key: string): Compare {
    const value = this.#values.get(key)
    return value === undefined ? { key, createRevision: 0 } : { key, value }
  }

  /** Throws if there may not be `more` partitions. */
  checkRoom(more: number): void {
    const held = this.#partitionsUnderWay + this.#partitionCount()
    const limit = this.#options.maxPartitions()
    if (held + more <= limit) return
    throw new KafkaError(
      'POLICY_VIOLATION',
      `${more} more partitions would exceed the limit of ${limit} (setting max.partitions); ${held} exist.`,
    )
  }

  #checkRoomForGroup(resource: ConfigResource): void {
    const { dynamicConfigs } = this.image
    const limit = this.#options.maxConfiguredGroups()
    if (dynamicConfigs.has(resourceKey(resource))) return
    const held = [...dynamicConfigs.keys()].filter((key) => key.startsWith('group/')).length
    if (held < limit) return
    throw new KafkaError(
      'POLICY_VIOLATION',
      `No more than ${limit} groups may have settings of their own (setting max.configured.groups).`,
    )
  }

  /** Counted once per image: a request may create thousands of topics, and each of them asks. */
  #partitionCount(): number {
    const { topics } = this.image
    if (this.#counted.topics !== topics) {
      let partitions = 0
      for (const topic of topics.values()) partitions += topic.partitions.length
      this.#counted = { topics, partitions }
    }
    return this.#counted.partitions
  }

  /** A change that adds partitions; those of others that are under way count too. */
  async #growing<T>(more: number, judge: () => Change<T>): Promise<T> {
    judge()
    this.checkRoom(more)
    this.#partitionsUnderWay += more
    try {
      return await this.#change(judge)
    } finally {
      this.#partitionsUnderWay -= more
    }
  }

  /** Judges and commits until nobody came in between, and waits until the change is visible. */
  async #change<T>(judge: () => Change<T>): Promise<T> {
    for (;;) {
      const change = judge()
      const { ok, revision } = await this.#options.store.txn({ when: change.when, puts: change.puts })
      if (!ok) continue
      // The watcher was told before the transaction resolved; #follow has finished.
      const failure = this.#failure
      if (failure !== undefined && failure.after < revision && revision <= failure.revision) throw failure.error
      return change.result(this.image)
    }
  }

  async #follow(events: readonly MetaEvent[], revision: number): Promise<void> {
    const before = this.image
    const next = changedImage(before, events, this.#context)
    try {
      for (const listener of this.#listeners) await listener(next, before)
    } catch (error) {
      this.#failure = { after: this.#revision, revision, error }
      this.#options.runtime.log.write('error', 'a metadata change took no full effect', { err: error })
    }
    // All at once: what is judged meanwhile sees the old image and the old values, and is judged again.
    for (const { key, value } of events) {
      if (value === undefined) this.#values.delete(key)
      else this.#values.set(key, value)
    }
    this.#revision = revision
    this.image = next
  }
}

/** Reads the metadata, makes what is missing (the cluster's id, internal topics), and counts this start. */
export async function openCluster(options: ClusterOptions): Promise<StoredCluster> {
  const { store, broker } = options
  for (;;) {
    const { revision, entries } = await store.snapshot('')
    const values = new Map(entries.map((entry) => [entry.key, entry.value]))
    const sessionKey = `n/${broker.id}`
    const session = Number(values.get(sessionKey) ?? 0) + 1
    const clusterId = values.has('cluster')
      ? (JSON.parse(values.get('cluster')!) as { clusterId: string }).clusterId
      : randomUuid(options.runtime)
    const missing = options.internalTopics.filter((topic) => !values.has(topicKey(topic.name)))
    const puts: Put[] = [
      { key: 'cluster', value: JSON.stringify({ format: 1, clusterId }) },
      { key: sessionKey, value: String(session) },
      ...missing.map((topic) => ({
        key: topicKey(topic.name),
        value: newTopicValue(topic, randomUuid(options.runtime), session),
      })),
    ]
    const changed = puts.filter(({ key, value }) => values.get(key) !== value)
    const when = changed.map(({ key }): Compare => {
      const value = values.get(key)
      return value === undefined ? { key, createRevision: 0 } : { key, value }
    })
    const result = await store.txn({ when, puts: changed })
    if (!result.ok || result.revision !== revision + 1) continue
    for (const { key, value } of changed) values.set(key, value!)
    return new StoredCluster(options, { clusterId, broker, session }, values, result.revision)
  }
}

/** Whether a topic may be created, without creating it (`validateOnly`). */
export function checkNewTopic(topic: NewTopic, image: ClusterImage): void {
  checkTopicName(topic.name)
  if (image.topics.has(topic.name)) {
    throw new KafkaError('TOPIC_ALREADY_EXISTS', `Topic '${topic.name}' already exists.`)
  }
  const other = collidingName(topic.name, image.topics.keys())
  if (other !== undefined) {
    throw new KafkaError('INVALID_TOPIC_EXCEPTION', `Topic '${topic.name}' collides with existing topic: ${other}`)
  }
  if (topic.partitionCount < 1) {
    throw new KafkaError('INVALID_PARTITIONS', 'Number of partitions was set to an invalid non-positive value.')
  }
  if (topic.replicationFactor < 1 || topic.replicationFactor > 32767) {
    throw new KafkaError(
      'INVALID_REPLICATION_FACTOR',
      'Replication factor must be larger than 0, or -1 to use the default value.',
    )
  }
}

/** Whether a topic may have this many partitions, without creating them. */
export function checkPartitionCount(topic: Topic, count: number): void {
  const now = topic.partitions.length
  if (count === now) throw new KafkaError('INVALID_PARTITIONS', `Topic already has ${now} partition(s).`)
  if (count < now) {
    throw new KafkaError(
      'INVALID_PARTITIONS',
      `The topic ${topic.name} currently has ${now} partition(s); ${count} would not be an increase.`,
    )
  }
}

function existing(image: ClusterImage, name: string): Topic {
  const topic = image.topics.get(name)
  if (topic === undefined) {
    throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `The topic '${name}' does not exist.`)
  }
  return topic
}

function newTopicValue(topic: NewTopic, id: string, session: number): string {
  const stored: StoredTopic = {
    id,
    partitions: topic.partitionCount,
    replicationFactor: topic.replicationFactor,
    ...(topic.internal === true ? { internal: true } : {}),
    sinceSession: session,
    configs: Object.fromEntries(topic.configs),
  }
  return JSON.stringify(stored)
}
