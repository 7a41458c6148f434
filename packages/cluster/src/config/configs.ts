import type { TopicSettings } from '@ottla/storage'
import type { Cluster, ClusterImage, ConfigResource, Topic } from '../cluster.ts'
import { resourceKey } from '../cluster.ts'
import { type ConfigLayer, layersOf } from './layers.ts'
import { brokerConfigs } from './tables.ts'
import { parsedTopicSettings } from './topic-settings.ts'

/** The settings in force, from what was set while running, what the broker was started with, and the defaults. */
export interface Configs {
  readonly brokerId: number
  /** What the broker was started with. */
  readonly statics: ReadonlyMap<string, string>
  /** Of this broker, as text; null where there is none. The name must be a known broker setting. */
  broker(name: string): string | null
  /** The same as a number; -1 and Kafka's largest values stay what they are. */
  brokerNumber(name: string): number
  brokerBoolean(name: string): boolean
  /** What the log of a topic obeys. */
  topicSettings(topic: Topic, image?: ClusterImage): TopicSettings
  /** Where a setting may come from, the strongest first; its value is the first one's. */
  layers(resource: ConfigResource, name: string, image?: ClusterImage): readonly ConfigLayer[]
}

type DynamicConfigs = ClusterImage['dynamicConfigs']

export class LayeredConfigs implements Configs {
  readonly brokerId: number
  readonly statics: ReadonlyMap<string, string>
  #cluster: Cluster | undefined
  /** Texts and settings that were looked up, good for these dynamic configs. */
  #cached: { of: DynamicConfigs; texts: Map<string, string | null>; settings: TopicSettings | undefined }

  /** `statics` have been checked (`static-configs.ts`). */
  constructor(brokerId: number, statics: ReadonlyMap<string, string>) {
    this.brokerId = brokerId
    this.statics = statics
    this.#cached = { of: new Map(), texts: new Map(), settings: undefined }
  }

  /** Until then, nothing was set while running. */
  follow(cluster: Cluster): void {
    this.#cluster = cluster
  }

  broker(name: string): string | null {
    const { texts } = this.#cache(this.#dynamics())
    let text = texts.get(name)
    if (text === undefined) {
      if (!brokerConfigs.has(name)) throw new Error(`${name} is not a broker setting`)
      text = this.layers({ type: 'broker', name: String(this.brokerId) }, name)[0]?.inUnit ?? null
      texts.set(name, text)
    }
    return text
  }

  brokerNumber(name: string): number {
    const text = this.broker(name)
    if (text === null) throw new Error(`${name} has no value`)
    return Number(text)
  }

  brokerBoolean(name: string): boolean {
    return this.broker(name)?.toLowerCase() === 'true'
  }

  /** Topics without settings of their own share one object. */
  topicSettings(topic: Topic, image: ClusterImage | undefined = this.#cluster?.image): TopicSettings {
    const value = (name: string) => {
      const own = topic.configs.get(name)
      return own ?? this.#layers({ type: 'topic', name: '' }, name, image?.dynamicConfigs)[0]?.inUnit ?? null
    }
    if (topic.configs.size > 0) return parsedTopicSettings(value)
    const cached = this.#cache(image?.dynamicConfigs ?? new Map())
    cached.settings ??= parsedTopicSettings(value)
    return cached.settings
  }

  layers(resource: ConfigResource, name: string, image: ClusterImage | undefined = this.#cluster?.image) {
    const own = resource.type === 'topic' ? image?.topics.get(resource.name)?.configs.get(name) : undefined
    const layers = this.#layers(resource, name, image?.dynamicConfigs)
    if (own === undefined) return layers
    return [{ name, value: own, inUnit: own, source: 'DYNAMIC_TOPIC_CONFIG' as const }, ...layers]
  }

  #layers(resource: ConfigResource, name: string, dynamics: DynamicConfigs | undefined): ConfigLayer[] {
    return layersOf(resource, name, {
      group: resource.type === 'group' ? dynamics?.get(resourceKey(resource)) : undefined,
      broker: dynamics?.get(resourceKey({ type: 'broker', name: String(this.brokerId) })),
      allBrokers: dynamics?.get(resourceKey({ type: 'broker', name: '' })),
      statics: this.statics,
    })
  }

  #dynamics(): DynamicConfigs {
    return this.#cluster?.image.dynamicConfigs ?? this.#cached.of
  }

  #cache(dynamics: DynamicConfigs) {
    if (this.#cached.of !== dynamics) this.#cached = { of: dynamics, texts: new Map(), settings: undefined }
    return this.#cached
  }
}
