import type { TopicSettings } from '@ottla/storage'
import type { ClusterImage, Topic } from '../cluster.ts'

/** The settings in force, from what was set while running, what the broker was started with, and the defaults. */
export interface Configs {
  /** Of this broker, as text; null where Kafka has none. The name must be a known broker setting. */
  broker(name: string): string | null
  /** The same as a number; -1 and Kafka's largest values stay what they are. */
  brokerNumber(name: string): number
  brokerBoolean(name: string): boolean
  /** What the log of a topic obeys. */
  topicSettings(topic: Topic, image?: ClusterImage): TopicSettings
}
