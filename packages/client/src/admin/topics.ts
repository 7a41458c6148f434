import {
  createPartitionsRequest,
  createPartitionsResponse,
  createTopicsRequest,
  createTopicsResponse,
  deleteTopicsRequest,
  deleteTopicsResponse,
  metadataRequest,
  metadataResponse,
  zeroUuid,
} from '@ottla/protocol'
import { type TopicMetadata, topicOf } from '../connection/metadata.ts'
import { type AclOperation, allowedOperations } from './acl-names.ts'
import type { AdminCallOptions, AdminRequests, Outcome } from './admin-requests.ts'

/** A topic to be created. */
export interface NewTopic {
  readonly name: string
  /** The broker's default, if it is left out. */
  readonly partitions?: number
  /** The broker's default, if it is left out. */
  readonly replicationFactor?: number
  /** Brokers of each partition, instead of the two numbers. */
  readonly replicas?: readonly (readonly number[])[]
  /** Settings by Kafka's names: `{ 'retention.ms': 86_400_000 }`. */
  readonly configs?: Readonly<Record<string, string | number | boolean>>
}

/** Options of a creation of topics. */
export interface CreateTopicsOptions extends AdminCallOptions {
  /** Only says whether it would work. */
  readonly validateOnly?: boolean
}

/** A topic that was created, with what the broker made of the defaults. */
export interface CreatedTopic {
  readonly name: string
  /** Kafka's text form; `zeroUuid` from brokers before 2.8. */
  readonly id: string
  /** -1: the broker is too old to tell, or this user may not know. */
  readonly partitions: number
  readonly replicationFactor: number
}

export async function createTopics(
  requests: AdminRequests,
  topics: readonly NewTopic[],
  options: CreateTopicsOptions = {},
): Promise<CreatedTopic[]> {
  const byName = new Map(topics.map((topic) => [topic.name, topic]))
  const created = await requests.askEach<string, CreatedTopic>(
    { what: 'creating topics', keys: [...byName.keys()], options },
    async (names) => {
      const { responses } = await sendCreateTopics(
        requests,
        names.map((name) => byName.get(name)!),
        options,
      )
      return responses
    },
  )
  return [...created.values()]
}

async function sendCreateTopics(requests: AdminRequests, topics: readonly NewTopic[], options: CreateTopicsOptions) {
  const answer = await requests.send('controller', createTopicsRequest, createTopicsResponse, {
    topics: topics.map(({ name, partitions = -1, replicationFactor = -1, replicas = [], configs = {} }) => ({
      name,
      numPartitions: replicas.length > 0 ? -1 : partitions,
      replicationFactor: replicas.length > 0 ? -1 : replicationFactor,
      assignments: replicas.map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds })),
      configs: Object.entries(configs).map(([key, value]) => ({ name: key, value: String(value) })),
    })),
    timeoutMs: requests.timeoutMsOf(options),
    validateOnly: options.validateOnly ?? false,
  })
  const responses = answer.topics.map((topic) => {
    const { name, topicId: id, numPartitions: partitions, replicationFactor } = topic
    const result = { name, id, partitions, replicationFactor }
    return [name, requests.outcome('controller', topic, { topic: name }, result)] as const
  })
  return { responses }
}

export async function deleteTopics(
  requests: AdminRequests,
  names: readonly string[],
  options: AdminCallOptions = {},
): Promise<void> {
  await requests.askEach<string, true>({ what: 'deleting topics', keys: names, options }, async (pending) => {
    const answer = await requests.send('controller', deleteTopicsRequest, deleteTopicsResponse, {
      topics: pending.map((name) => ({ name })),
      topicNames: pending,
      timeoutMs: requests.timeoutMsOf(options),
    })
    return answer.responses.map((topic) => {
      const name = topic.name ?? ''
      return [name, requests.outcome('controller', topic, { topic: name }, true)] as const
    })
  })
}

/** Which topics to list. */
export interface ListTopicsOptions extends AdminCallOptions {
  /** Those of Kafka itself too, such as `__consumer_offsets`. */
  readonly includeInternal?: boolean
}

/** A topic, in short. */
export interface ListedTopic {
  readonly name: string
  readonly id: string
  readonly isInternal: boolean
  /** How many there are. */
  readonly partitions: number
}

export async function listTopics(requests: AdminRequests, options: ListTopicsOptions = {}): Promise<ListedTopic[]> {
  const { signal, includeInternal = false } = options
  const all = await requests.cluster.allTopics({ timeoutMs: requests.timeoutMsOf(options), signal })
  return all
    .filter((topic) => includeInternal || !topic.isInternal)
    .map(({ name, id, isInternal, partitions }) => ({ name, id, isInternal, partitions: partitions.length }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** A topic and its partitions. */
export interface TopicDescription extends TopicMetadata {
  /** What this user may do; only if asked for. */
  readonly authorizedOperations?: readonly AclOperation[]
}

/** What else to tell of topics (KIP-430). */
export interface DescribeTopicsOptions extends AdminCallOptions {
  readonly includeAuthorizedOperations?: boolean
}

/** Topics by name or, with `{ ids }`, by id. */
export async function describeTopics(
  requests: AdminRequests,
  topics: readonly string[] | { readonly ids: readonly string[] },
  options: DescribeTopicsOptions = {},
): Promise<TopicDescription[]> {
  const keys = 'ids' in topics ? topics.ids : topics
  const byId = 'ids' in topics
  const { includeAuthorizedOperations = false } = options
  const described = await requests.askEach<string, TopicDescription>(
    { what: 'describing topics', keys, options },
    (pending) => askTopics(requests, pending, { byId, includeAuthorizedOperations }),
  )
  return [...described.values()]
}

/** What is known of topics now, without creating any that are missing. */
export async function askTopics(
  requests: AdminRequests,
  keys: readonly string[],
  { byId = false, includeAuthorizedOperations = false } = {},
): Promise<[string, Outcome<TopicDescription>][]> {
  const answer = await requests.send('any', metadataRequest, metadataResponse, {
    topics: keys.map((key) => (byId ? { topicId: key, name: null } : { topicId: zeroUuid, name: key })),
    allowAutoTopicCreation: false,
    includeTopicAuthorizedOperations: includeAuthorizedOperations,
  })
  return answer.topics.map((topic) => {
    const key = byId ? topic.topicId : (topic.name ?? '')
    const authorizedOperations = allowedOperations(topic.topicAuthorizedOperations)
    const description = topicOf(topic, topic.name ?? '')
    const result = includeAuthorizedOperations ? { ...description, authorizedOperations } : description
    return [key, requests.outcome('any', topic, { topic: key }, result)]
  })
}

/** How many partitions a topic is to have. */
export interface NewPartitions {
  /** How many there are to be, with those that exist. */
  readonly totalCount: number
  /** Brokers of each new partition. */
  readonly newReplicas?: readonly (readonly number[])[]
}

export async function createPartitions(
  requests: AdminRequests,
  topics: Readonly<Record<string, number | NewPartitions>>,
  options: CreateTopicsOptions = {},
): Promise<void> {
  const keys = Object.keys(topics)
  await requests.askEach<string, true>({ what: 'creating partitions', keys, options }, async (pending) => {
    const answer = await requests.send('controller', createPartitionsRequest, createPartitionsResponse, {
      topics: pending.map((name) => {
        const given = topics[name]!
        const { totalCount, newReplicas }: NewPartitions = typeof given === 'number' ? { totalCount: given } : given
        return { name, count: totalCount, assignments: newReplicas?.map((brokerIds) => ({ brokerIds })) ?? null }
      }),
      timeoutMs: requests.timeoutMsOf(options),
      validateOnly: options.validateOnly ?? false,
    })
    return answer.results.map(
      (topic) => [topic.name, requests.outcome('controller', topic, { topic: topic.name }, true)] as const,
    )
  })
}
