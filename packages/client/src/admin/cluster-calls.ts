import {
  addRaftVoterRequest,
  addRaftVoterResponse,
  alterReplicaLogDirsRequest,
  alterReplicaLogDirsResponse,
  describeClusterRequest,
  describeClusterResponse,
  describeLogDirsRequest,
  describeLogDirsResponse,
  describeQuorumRequest,
  describeQuorumResponse,
  getTelemetrySubscriptionsRequest,
  getTelemetrySubscriptionsResponse,
  removeRaftVoterRequest,
  removeRaftVoterResponse,
  unregisterBrokerRequest,
  unregisterBrokerResponse,
  updateFeaturesRequest,
  updateFeaturesResponse,
  zeroUuid,
} from '@ottla/protocol'
import type { TopicPartition } from '../consumer/topic-partition.ts'
import { brokerError } from '../ottla-error.ts'
import { type AclOperation, allowedOperations } from './acl-names.ts'
import type { AdminCallOptions, AdminRequests } from './admin-requests.ts'

/** A broker. */
export interface ClusterNode {
  readonly id: number
  readonly host: string
  readonly port: number
  readonly rack: string | null
  /** Registered, and kept out because it does not answer the controller. */
  readonly isFenced: boolean
}

/** A cluster and its brokers. */
export interface ClusterDescription {
  readonly clusterId: string
  /** The broker to which requests for the controller go; -1: none now. */
  readonly controllerId: number
  readonly brokers: readonly ClusterNode[]
  /** What this user may do with the cluster; empty, if not asked for (KIP-430). */
  readonly authorizedOperations: readonly AclOperation[]
}

/** What else to tell of a cluster. */
export interface DescribeClusterOptions extends AdminCallOptions {
  readonly includeAuthorizedOperations?: boolean
  /** Also brokers that are registered and kept out (KIP-1073). */
  readonly includeFencedBrokers?: boolean
}

export async function describeCluster(
  requests: AdminRequests,
  options: DescribeClusterOptions = {},
): Promise<ClusterDescription> {
  const call = { what: 'describing the cluster', target: 'any', options } as const
  const answer = await requests.ask(call, describeClusterRequest, describeClusterResponse, {
    includeClusterAuthorizedOperations: options.includeAuthorizedOperations ?? false,
    includeFencedBrokers: options.includeFencedBrokers ?? false,
  })
  return {
    clusterId: answer.clusterId,
    controllerId: answer.controllerId,
    brokers: answer.brokers.map(({ brokerId: id, host, port, rack, isFenced }) => ({ id, host, port, rack, isFenced })),
    authorizedOperations: allowedOperations(answer.clusterAuthorizedOperations),
  }
}

/** Levels of the cluster's features (KIP-584) that are in force. */
export async function describeFeatures(
  requests: AdminRequests,
  options: AdminCallOptions = {},
): Promise<ReadonlyMap<string, number>> {
  return requests.retry('describing features', options, async () => {
    const connection = await requests.cluster.anyConnection()
    // What it was told when it began may have changed since.
    await connection.negotiate()
    return connection.features
  })
}

const upgradeTypes = { upgrade: 1, safeDowngrade: 2, unsafeDowngrade: 3 } as const

/** To which level a feature is to go (KIP-584). */
export interface FeatureUpdate {
  /** 0 removes the feature. */
  readonly level: number
  /** `upgrade`, if it is left out. An unsafe downgrade may lose metadata. */
  readonly type?: keyof typeof upgradeTypes
}

export async function updateFeatures(
  requests: AdminRequests,
  updates: Readonly<Record<string, FeatureUpdate>>,
  options: AdminCallOptions & { readonly validateOnly?: boolean } = {},
): Promise<void> {
  const call = { what: 'updating features', target: 'controller', options } as const
  const answer = await requests.ask(call, updateFeaturesRequest, updateFeaturesResponse, {
    timeoutMs: requests.timeoutMsOf(options),
    validateOnly: options.validateOnly ?? false,
    featureUpdates: Object.entries(updates).map(([feature, { level, type = 'upgrade' }]) => ({
      feature,
      maxVersionLevel: level,
      allowDowngrade: type !== 'upgrade',
      upgradeType: upgradeTypes[type],
    })),
  })
  for (const { feature, errorCode, errorMessage } of answer.results)
    requests.check('controller', errorCode, errorMessage === null ? feature : `${feature}: ${errorMessage}`)
}

/** A controller, and how far it has replicated the metadata (KIP-836). */
export interface QuorumReplica {
  readonly id: number
  readonly directoryId: string
  readonly logEndOffset: number
  /** In ms since 1970, or -1: unknown. */
  readonly lastFetchTimestamp: number
  readonly lastCaughtUpTimestamp: number
}

/** The controllers, who votes and who only follows (KIP-595). */
export interface MetadataQuorum {
  readonly leaderId: number
  readonly leaderEpoch: number
  readonly highWatermark: number
  readonly voters: readonly QuorumReplica[]
  readonly observers: readonly QuorumReplica[]
}

export async function describeMetadataQuorum(
  requests: AdminRequests,
  options: AdminCallOptions = {},
): Promise<MetadataQuorum> {
  const call = { what: 'describing the metadata quorum', target: 'any', options } as const
  const body = { topics: [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }] }
  const answer = await requests.ask(call, describeQuorumRequest, describeQuorumResponse, body)
  const partition = answer.topics[0]!.partitions[0]!
  requests.check('any', partition.errorCode, partition.errorMessage)
  const { leaderId, leaderEpoch, highWatermark, currentVoters, observers } = partition
  return {
    leaderId,
    leaderEpoch,
    highWatermark,
    voters: currentVoters.map(replicaOf),
    observers: observers.map(replicaOf),
  }
}

type AnsweredReplica =
  (typeof describeQuorumResponse.fields.topics.type)[number]['partitions'][number]['currentVoters'][number]

const replicaOf = ({ replicaId, replicaDirectoryId, ...rest }: AnsweredReplica): QuorumReplica => ({
  id: replicaId,
  directoryId: replicaDirectoryId,
  ...rest,
})

/** A controller by its id and the id of its directory (KIP-853). */
export interface RaftVoter {
  readonly id: number
  readonly directoryId: string
  readonly clusterId?: string
}

/** Where a controller listens. */
export interface RaftListener {
  readonly name: string
  readonly host: string
  readonly port: number
}

export async function addRaftVoter(
  requests: AdminRequests,
  voter: RaftVoter & { readonly listeners: readonly RaftListener[] },
  options: AdminCallOptions = {},
): Promise<void> {
  const call = { what: `adding the voter ${voter.id}`, target: 'controller', options } as const
  await requests.ask(call, addRaftVoterRequest, addRaftVoterResponse, {
    clusterId: voter.clusterId ?? null,
    timeoutMs: requests.timeoutMsOf(options),
    voterId: voter.id,
    voterDirectoryId: voter.directoryId,
    listeners: voter.listeners,
  })
}

export async function removeRaftVoter(
  requests: AdminRequests,
  voter: RaftVoter,
  options: AdminCallOptions = {},
): Promise<void> {
  const call = { what: `removing the voter ${voter.id}`, target: 'controller', options } as const
  const body = { clusterId: voter.clusterId ?? null, voterId: voter.id, voterDirectoryId: voter.directoryId }
  await requests.ask(call, removeRaftVoterRequest, removeRaftVoterResponse, body)
}

/** Forgets a broker that will not come back. */
export async function unregisterBroker(
  requests: AdminRequests,
  brokerId: number,
  options: AdminCallOptions = {},
): Promise<void> {
  const call = { what: `unregistering broker ${brokerId}`, target: 'controller', options } as const
  await requests.ask(call, unregisterBrokerRequest, unregisterBrokerResponse, { brokerId })
}

export interface LogDirReplica extends TopicPartition {
  readonly sizeBytes: number
  /** Records that a follower, or a copy on its way to another directory, is behind. */
  readonly offsetLag: number
  /** A copy that will take the place of the present one. */
  readonly isFuture: boolean
}

/** A directory of a broker, and what lies there (KIP-113, KIP-827). */
export interface LogDir {
  readonly broker: number
  readonly path: string
  /** -1: the broker did not say. */
  readonly totalBytes: number
  /** -1: the broker did not say. */
  readonly usableBytes: number
  readonly replicas: readonly LogDirReplica[]
}

/** Directories of some brokers, or of all, and what lies in them. */
export async function describeLogDirs(
  requests: AdminRequests,
  brokers?: readonly number[],
  options: AdminCallOptions = {},
): Promise<LogDir[]> {
  const ids = brokers ?? (await describeCluster(requests, options)).brokers.map(({ id }) => id)
  const dirs = await Promise.all(ids.map((broker) => describeLogDirsAt(requests, broker, options)))
  return dirs.flat()
}

async function describeLogDirsAt(
  requests: AdminRequests,
  broker: number,
  options: AdminCallOptions,
): Promise<LogDir[]> {
  const call = { what: `describing the log directories of broker ${broker}`, target: { broker }, options }
  const answer = await requests.ask(call, describeLogDirsRequest, describeLogDirsResponse, { topics: null })
  return answer.results.map(({ errorCode, logDir: path, topics, totalBytes, usableBytes }) => {
    const error = brokerError(errorCode, path, { broker: String(broker) })
    if (error !== undefined) throw error
    const replicas = topics.flatMap(({ name: topic, partitions }) =>
      partitions.map(({ partitionIndex: partition, partitionSize: sizeBytes, offsetLag, isFutureKey: isFuture }) => ({
        topic,
        partition,
        sizeBytes,
        offsetLag,
        isFuture,
      })),
    )
    return { broker, path, totalBytes, usableBytes, replicas }
  })
}

/** A partition's replica on a broker. */
export interface Replica extends TopicPartition {
  readonly broker: number
}

/** Where replicas lie: the directories of their brokers that have them. */
export async function describeReplicaLogDirs(
  requests: AdminRequests,
  replicas: readonly Replica[],
  options: AdminCallOptions = {},
): Promise<(Replica & { readonly dirs: readonly (LogDirReplica & { readonly path: string })[] })[]> {
  const dirs = await describeLogDirs(requests, [...new Set(replicas.map(({ broker }) => broker))], options)
  return replicas.map((replica) => ({
    ...replica,
    dirs: dirs
      .filter(({ broker }) => broker === replica.broker)
      .flatMap(({ path, replicas: held }) => held.map((each) => ({ ...each, path })))
      .filter(({ topic, partition }) => topic === replica.topic && partition === replica.partition),
  }))
}

/** Moves replicas to other directories of their brokers. */
export async function alterReplicaLogDirs(
  requests: AdminRequests,
  moves: readonly (Replica & { readonly path: string })[],
  options: AdminCallOptions = {},
): Promise<void> {
  const byBroker = new Map<number, (Replica & { readonly path: string })[]>()
  for (const move of moves) byBroker.set(move.broker, [...(byBroker.get(move.broker) ?? []), move])
  for (const [broker, ofBroker] of byBroker) {
    const call = { what: `moving replicas of broker ${broker}`, target: { broker }, options }
    const dirs = ofBroker.map(({ path, topic, partition }) => ({
      path,
      topics: [{ name: topic, partitions: [partition] }],
    }))
    const answer = await requests.ask(call, alterReplicaLogDirsRequest, alterReplicaLogDirsResponse, { dirs })
    for (const { topicName: topic, partitions } of answer.results)
      for (const { partitionIndex: partition, errorCode } of partitions)
        requests.check('any', errorCode, undefined, { topic, partition })
  }
}

/** Where the cluster takes no metrics, it has no ids for clients: UNSUPPORTED_VERSION. */
export async function telemetrySubscription(requests: AdminRequests, options: AdminCallOptions) {
  const call = { what: 'asking for the id of this client', target: 'any', options } as const
  const body = { clientInstanceId: zeroUuid }
  return requests.ask(call, getTelemetrySubscriptionsRequest, getTelemetrySubscriptionsResponse, body)
}
