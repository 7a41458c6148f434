import type { Cluster } from '../connection/cluster.ts'
import type { TopicPartition } from '../consumer/topic-partition.ts'
import { InstanceId } from '../telemetry/instance-id.ts'
import type { Acl, AclFilter, NewAcl } from './acl-calls.ts'
import * as aclCalls from './acl-calls.ts'
import { type AdminCallOptions, AdminRequests } from './admin-requests.ts'
import type {
  ClusterDescription,
  DescribeClusterOptions,
  FeatureUpdate,
  LogDir,
  LogDirReplica,
  MetadataQuorum,
  RaftListener,
  RaftVoter,
  Replica,
} from './cluster-calls.ts'
import * as clusterCalls from './cluster-calls.ts'
import type {
  AlterConfigsOptions,
  ConfigChanges,
  ConfigResource,
  ConfigResourceType,
  DescribeConfigsOptions,
  DescribeConfigsQuery,
  ResourceConfigs,
} from './configs.ts'
import * as configCalls from './configs.ts'
import type {
  DescribeGroupsOptions,
  GroupDescription,
  ListedGroup,
  ListGroupsOptions,
  MemberToRemove,
} from './group-calls.ts'
import * as groupCalls from './group-calls.ts'
import type { GroupOffset, ListGroupOffsetsOptions, ShareGroupOffset } from './group-offset-calls.ts'
import * as groupOffsetCalls from './group-offset-calls.ts'
import type { PartitionOffset } from './leader-requests.ts'
import type {
  DeletedRecords,
  FoundOffset,
  ListOffsetsOptions,
  OffsetSpec,
  OngoingReassignment,
  Reassignment,
} from './partition-calls.ts'
import * as partitionCalls from './partition-calls.ts'
import type { ClientQuota, QuotaChange, QuotaMatch } from './quota-calls.ts'
import * as quotaCalls from './quota-calls.ts'
import type { ScramChange, UserScramCredentials } from './scram-calls.ts'
import * as scramCalls from './scram-calls.ts'
import type { StreamsGroupDescription } from './streams-group-calls.ts'
import * as streamsGroupCalls from './streams-group-calls.ts'
import type { CreateTokenOptions, DelegationToken, Principal } from './token-calls.ts'
import * as tokenCalls from './token-calls.ts'
import type {
  CreatedTopic,
  CreateTopicsOptions,
  DescribeTopicsOptions,
  ListedTopic,
  ListTopicsOptions,
  NewPartitions,
  NewTopic,
  TopicDescription,
} from './topics.ts'
import * as topicCalls from './topics.ts'
import type {
  HangingTransaction,
  ListedTransaction,
  ListTransactionsOptions,
  PartitionProducers,
  TransactionDescription,
} from './transaction-calls.ts'
import * as transactionCalls from './transaction-calls.ts'

/** Defaults of all calls of an admin. */
export interface AdminOptions {
  /** For a whole call, retries included, where the call does not say. */
  readonly timeoutMs?: number
}

/**
 * Looks after a cluster. Calls and results have the names of Kafka's own admin client, as plain objects. A call about several
 * things fails with the first error, after all of them were tried; its cause has the others.
 */
export class Admin {
  readonly #requests: AdminRequests
  readonly #instanceId: InstanceId

  /** @internal `client.admin()` makes it. */
  constructor(cluster: Cluster, options: AdminOptions = {}, instanceId = new InstanceId()) {
    this.#requests = new AdminRequests(cluster, options.timeoutMs ?? 60_000)
    this.#instanceId = instanceId
  }

  /** Creates topics. */
  createTopics(topics: readonly NewTopic[], options?: CreateTopicsOptions): Promise<CreatedTopic[]> {
    return topicCalls.createTopics(this.#requests, topics, options)
  }

  /** Deletes topics, with all their records. */
  deleteTopics(names: readonly string[], options?: AdminCallOptions): Promise<void> {
    return topicCalls.deleteTopics(this.#requests, names, options)
  }

  /** All topics that this user may see. */
  listTopics(options?: ListTopicsOptions): Promise<ListedTopic[]> {
    return topicCalls.listTopics(this.#requests, options)
  }

  /** Topics by name or, with `{ ids }`, by id. */
  describeTopics(
    topics: readonly string[] | { readonly ids: readonly string[] },
    options?: DescribeTopicsOptions,
  ): Promise<TopicDescription[]> {
    return topicCalls.describeTopics(this.#requests, topics, options)
  }

  /** Adds partitions: `{ orders: 12 }` makes twelve in all. */
  createPartitions(
    topics: Readonly<Record<string, number | NewPartitions>>,
    options?: CreateTopicsOptions,
  ): Promise<void> {
    return topicCalls.createPartitions(this.#requests, topics, options)
  }

  /** Deletes what lies before these offsets; -1 stands for all there is. Gives where the partitions begin now. */
  deleteRecords(before: readonly PartitionOffset[], options?: AdminCallOptions): Promise<DeletedRecords[]> {
    return partitionCalls.deleteRecords(this.#requests, before, options)
  }

  /** Settings of topics, brokers and groups, with where each comes from. */
  describeConfigs(
    resources: readonly DescribeConfigsQuery[],
    options?: DescribeConfigsOptions,
  ): Promise<ResourceConfigs[]> {
    return configCalls.describeConfigs(this.#requests, resources, options)
  }

  /** Changes single settings; the others stay. */
  incrementalAlterConfigs(changes: readonly ConfigChanges[], options?: AlterConfigsOptions): Promise<void> {
    return configCalls.incrementalAlterConfigs(this.#requests, changes, options)
  }

  /** All resources that have settings of their own; of some types, or of all. */
  listConfigResources(types?: readonly ConfigResourceType[], options?: AdminCallOptions): Promise<ConfigResource[]> {
    return configCalls.listConfigResources(this.#requests, types, options)
  }

  /** The brokers and the controller. */
  describeCluster(options?: DescribeClusterOptions): Promise<ClusterDescription> {
    return clusterCalls.describeCluster(this.#requests, options)
  }

  /** Levels of the cluster's features (KIP-584) that are in force. */
  describeFeatures(options?: AdminCallOptions): Promise<ReadonlyMap<string, number>> {
    return clusterCalls.describeFeatures(this.#requests, options)
  }

  /** Changes the levels of the cluster's features. */
  updateFeatures(
    updates: Readonly<Record<string, FeatureUpdate>>,
    options?: AdminCallOptions & { readonly validateOnly?: boolean },
  ): Promise<void> {
    return clusterCalls.updateFeatures(this.#requests, updates, options)
  }

  /** The controllers, and how far each has come. */
  describeMetadataQuorum(options?: AdminCallOptions): Promise<MetadataQuorum> {
    return clusterCalls.describeMetadataQuorum(this.#requests, options)
  }

  /** Makes a controller a voter. */
  addRaftVoter(
    voter: RaftVoter & { readonly listeners: readonly RaftListener[] },
    options?: AdminCallOptions,
  ): Promise<void> {
    return clusterCalls.addRaftVoter(this.#requests, voter, options)
  }

  /** Takes the vote from a controller. */
  removeRaftVoter(voter: RaftVoter, options?: AdminCallOptions): Promise<void> {
    return clusterCalls.removeRaftVoter(this.#requests, voter, options)
  }

  /** Forgets a broker that will not come back. */
  unregisterBroker(brokerId: number, options?: AdminCallOptions): Promise<void> {
    return clusterCalls.unregisterBroker(this.#requests, brokerId, options)
  }

  /** Directories of some brokers, or of all, and what lies in them. */
  describeLogDirs(brokers?: readonly number[], options?: AdminCallOptions): Promise<LogDir[]> {
    return clusterCalls.describeLogDirs(this.#requests, brokers, options)
  }

  /** Where replicas lie: the directories of their brokers that have them. */
  describeReplicaLogDirs(
    replicas: readonly Replica[],
    options?: AdminCallOptions,
  ): Promise<(Replica & { readonly dirs: readonly (LogDirReplica & { readonly path: string })[] })[]> {
    return clusterCalls.describeReplicaLogDirs(this.#requests, replicas, options)
  }

  /** Moves replicas to other directories of their brokers. */
  alterReplicaLogDirs(
    moves: readonly (Replica & { readonly path: string })[],
    options?: AdminCallOptions,
  ): Promise<void> {
    return clusterCalls.alterReplicaLogDirs(this.#requests, moves, options)
  }

  /** Offsets of partitions: the first, the next, or by time. */
  listOffsets(
    queries: readonly (TopicPartition & { readonly at: OffsetSpec })[],
    options?: ListOffsetsOptions,
  ): Promise<FoundOffset[]> {
    return partitionCalls.listOffsets(this.#requests, queries, options)
  }

  /**
   * Has leaders elected (KIP-460): the first replica of each partition, or, `unclean`, one that may have lost records.
   */
  electLeaders(
    type: 'preferred' | 'unclean',
    partitions?: readonly TopicPartition[],
    options?: AdminCallOptions,
  ): Promise<TopicPartition[]> {
    return partitionCalls.electLeaders(this.#requests, type, partitions, options)
  }

  /** Moves partitions to other brokers; settles when the moves have begun. */
  alterPartitionReassignments(reassignments: readonly Reassignment[], options?: AdminCallOptions): Promise<void> {
    return partitionCalls.alterPartitionReassignments(this.#requests, reassignments, options)
  }

  /** Moves that are under way, of some partitions or of all. */
  listPartitionReassignments(
    partitions?: readonly TopicPartition[],
    options?: AdminCallOptions,
  ): Promise<OngoingReassignment[]> {
    return partitionCalls.listPartitionReassignments(this.#requests, partitions, options)
  }

  /** All groups of all brokers. */
  listGroups(options?: ListGroupsOptions): Promise<ListedGroup[]> {
    return groupCalls.listGroups(this.#requests, options)
  }

  /** Consumer groups of both protocols: asked for as ones of KIP-848, and if that is not what they are, as classic ones. */
  describeConsumerGroups(groupIds: readonly string[], options?: DescribeGroupsOptions): Promise<GroupDescription[]> {
    return groupCalls.describeConsumerGroups(this.#requests, groupIds, options)
  }

  /** Groups of the classic protocol, whatever they are used for. */
  describeClassicGroups(groupIds: readonly string[], options?: DescribeGroupsOptions): Promise<GroupDescription[]> {
    return groupCalls.describeClassicGroups(this.#requests, groupIds, options)
  }

  /** Share groups (KIP-932). */
  describeShareGroups(groupIds: readonly string[], options?: DescribeGroupsOptions): Promise<GroupDescription[]> {
    return groupCalls.describeShareGroups(this.#requests, groupIds, options)
  }

  /** Groups of Kafka Streams (KIP-1071). */
  describeStreamsGroups(
    groupIds: readonly string[],
    options?: DescribeGroupsOptions,
  ): Promise<StreamsGroupDescription[]> {
    return streamsGroupCalls.describeStreamsGroups(this.#requests, groupIds, options)
  }

  /** Those of `listGroups` that consumers use, of both protocols, and those that only store offsets. */
  async listConsumerGroups(options?: ListGroupsOptions): Promise<ListedGroup[]> {
    const groups = await this.listGroups(options)
    return groups.filter(
      ({ protocolType, type }) => protocolType === '' || (protocolType === 'consumer' && type !== 'share'),
    )
  }

  /** Deletes groups of any kind that have no members, with their offsets. */
  deleteConsumerGroups(groupIds: readonly string[], options?: AdminCallOptions): Promise<void> {
    return groupCalls.deleteGroups(this.#requests, groupIds, options)
  }

  /** Deletes share groups that have no members. */
  deleteShareGroups(groupIds: readonly string[], options?: AdminCallOptions): Promise<void> {
    return groupCalls.deleteGroups(this.#requests, groupIds, options)
  }

  /** Deletes groups of Kafka Streams that have no members. */
  deleteStreamsGroups(groupIds: readonly string[], options?: AdminCallOptions): Promise<void> {
    return groupCalls.deleteGroups(this.#requests, groupIds, options)
  }

  /** Without members: all of them. */
  removeMembersFromConsumerGroup(
    groupId: string,
    members?: readonly MemberToRemove[],
    options?: AdminCallOptions & { readonly reason?: string },
  ): Promise<void> {
    return groupCalls.removeMembersFromConsumerGroup(this.#requests, groupId, members, options)
  }

  /** Offsets that a group has committed; partitions without any are left out. */
  listConsumerGroupOffsets(groupId: string, options?: ListGroupOffsetsOptions): Promise<Required<GroupOffset>[]> {
    return groupOffsetCalls.listConsumerGroupOffsets(this.#requests, groupId, options)
  }

  /** Sets the offsets of a group that has no members. */
  alterConsumerGroupOffsets(
    groupId: string,
    offsets: readonly GroupOffset[],
    options?: AdminCallOptions,
  ): Promise<void> {
    return groupOffsetCalls.alterConsumerGroupOffsets(this.#requests, groupId, offsets, options)
  }

  /** Deletes offsets of partitions that the group does not read now. */
  deleteConsumerGroupOffsets(
    groupId: string,
    partitions: readonly TopicPartition[],
    options?: AdminCallOptions,
  ): Promise<void> {
    return groupOffsetCalls.deleteConsumerGroupOffsets(this.#requests, groupId, partitions, options)
  }

  /** Offsets that a group of Kafka Streams has committed. */
  listStreamsGroupOffsets(groupId: string, options?: ListGroupOffsetsOptions): Promise<Required<GroupOffset>[]> {
    return groupOffsetCalls.listConsumerGroupOffsets(this.#requests, groupId, options)
  }

  /** Sets the offsets of a group of Kafka Streams that has no members. */
  alterStreamsGroupOffsets(
    groupId: string,
    offsets: readonly GroupOffset[],
    options?: AdminCallOptions,
  ): Promise<void> {
    return groupOffsetCalls.alterConsumerGroupOffsets(this.#requests, groupId, offsets, options)
  }

  /** Deletes offsets of partitions that a group of Kafka Streams does not read now. */
  deleteStreamsGroupOffsets(
    groupId: string,
    partitions: readonly TopicPartition[],
    options?: AdminCallOptions,
  ): Promise<void> {
    return groupOffsetCalls.deleteConsumerGroupOffsets(this.#requests, groupId, partitions, options)
  }

  /** Where a share group stands. */
  listShareGroupOffsets(
    groupId: string,
    options?: AdminCallOptions & { readonly partitions?: readonly TopicPartition[] },
  ): Promise<ShareGroupOffset[]> {
    return groupOffsetCalls.listShareGroupOffsets(this.#requests, groupId, options)
  }

  /** Sets where a share group that has no members goes on. */
  alterShareGroupOffsets(
    groupId: string,
    offsets: readonly (TopicPartition & { readonly offset: number })[],
    options?: AdminCallOptions,
  ): Promise<void> {
    return groupOffsetCalls.alterShareGroupOffsets(this.#requests, groupId, offsets, options)
  }

  /** Lets a share group forget topics. */
  deleteShareGroupOffsets(groupId: string, topics: readonly string[], options?: AdminCallOptions): Promise<void> {
    return groupOffsetCalls.deleteShareGroupOffsets(this.#requests, groupId, topics, options)
  }

  /** Creates access control entries. */
  createAcls(acls: readonly NewAcl[], options?: AdminCallOptions): Promise<void> {
    return aclCalls.createAcls(this.#requests, acls, options)
  }

  /** Access control entries that match. */
  describeAcls(filter?: AclFilter, options?: AdminCallOptions): Promise<Acl[]> {
    return aclCalls.describeAcls(this.#requests, filter, options)
  }

  /** Deletes all that match one of the filters; gives what it deleted. */
  deleteAcls(filters: readonly AclFilter[], options?: AdminCallOptions): Promise<Acl[]> {
    return aclCalls.deleteAcls(this.#requests, filters, options)
  }

  /** Quotas that match; all, without a filter. */
  describeClientQuotas(
    filter?: Readonly<Record<string, QuotaMatch>>,
    options?: AdminCallOptions & { /** Only entities of exactly these kinds. */ readonly strict?: boolean },
  ): Promise<ClientQuota[]> {
    return quotaCalls.describeClientQuotas(this.#requests, filter, options)
  }

  /** Sets and removes quotas. */
  alterClientQuotas(
    changes: readonly QuotaChange[],
    options?: AdminCallOptions & { readonly validateOnly?: boolean },
  ): Promise<void> {
    return quotaCalls.alterClientQuotas(this.#requests, changes, options)
  }

  /** Of some users, or of all. Those without credentials are left out. */
  describeUserScramCredentials(users?: readonly string[], options?: AdminCallOptions): Promise<UserScramCredentials[]> {
    return scramCalls.describeUserScramCredentials(this.#requests, users, options)
  }

  /** Sets and deletes SCRAM passwords. */
  alterUserScramCredentials(changes: readonly ScramChange[], options?: AdminCallOptions): Promise<void> {
    return scramCalls.alterUserScramCredentials(this.#requests, changes, options)
  }

  /** Creates a delegation token, for this user or for another. */
  createDelegationToken(options?: CreateTokenOptions): Promise<DelegationToken> {
    return tokenCalls.createDelegationToken(this.#requests, options)
  }

  /** Gives when the token expires now. */
  renewDelegationToken(
    hmac: Uint8Array,
    options?: AdminCallOptions & { readonly renewPeriodMs?: number },
  ): Promise<number> {
    return tokenCalls.renewDelegationToken(this.#requests, hmac, options)
  }

  /** Lets a token expire after a time, or at once. Gives when it expires now. */
  expireDelegationToken(
    hmac: Uint8Array,
    options?: AdminCallOptions & { readonly expiryTimePeriodMs?: number },
  ): Promise<number> {
    return tokenCalls.expireDelegationToken(this.#requests, hmac, options)
  }

  /** Of some owners, or all that this user may see. */
  describeDelegationToken(owners?: readonly Principal[], options?: AdminCallOptions): Promise<DelegationToken[]> {
    return tokenCalls.describeDelegationTokens(this.#requests, owners, options)
  }

  /** Producers that write to partitions. */
  describeProducers(partitions: readonly TopicPartition[], options?: AdminCallOptions): Promise<PartitionProducers[]> {
    return transactionCalls.describeProducers(this.#requests, partitions, options)
  }

  /** The state of transactional ids. */
  describeTransactions(
    transactionalIds: readonly string[],
    options?: AdminCallOptions,
  ): Promise<TransactionDescription[]> {
    return transactionCalls.describeTransactions(this.#requests, transactionalIds, options)
  }

  /** Of all brokers. */
  listTransactions(options?: ListTransactionsOptions): Promise<ListedTransaction[]> {
    return transactionCalls.listTransactions(this.#requests, options)
  }

  /** Shuts producers with these transactional ids out; what they have not committed is aborted. */
  fenceProducers(
    transactionalIds: readonly string[],
    options?: AdminCallOptions,
  ): Promise<Map<string, { readonly producerId: number; readonly producerEpoch: number }>> {
    return transactionCalls.fenceProducers(this.#requests, transactionalIds, options)
  }

  /** Ends whatever transaction is under way, as `fenceProducers` does, and gives back nothing. */
  forceTerminateTransaction(transactionalId: string, options?: AdminCallOptions): Promise<void> {
    return transactionCalls.forceTerminateTransaction(this.#requests, transactionalId, options)
  }

  /** Writes an abort marker into a partition whose coordinator has forgotten the transaction (KIP-664). */
  abortTransaction(transaction: HangingTransaction, options?: AdminCallOptions): Promise<void> {
    return transactionCalls.abortTransaction(this.#requests, transaction, options)
  }

  /** Names of the sets of client metrics that brokers ask for (KIP-714). */
  async listClientMetricsResources(options?: AdminCallOptions): Promise<string[]> {
    const resources = await configCalls.listConfigResources(this.#requests, ['clientMetrics'], options)
    return resources.map(({ name }) => name)
  }

  /** The id that the cluster gives this client, with all that is made of it, for its metrics (KIP-714). */
  async clientInstanceId(options: AdminCallOptions = {}): Promise<string> {
    const ask = () => clusterCalls.telemetrySubscription(this.#requests, options)
    return (await this.#instanceId.get(ask)).clientInstanceId
  }

  /** There is nothing to close: connections are the client's. */
  async close(): Promise<void> {}

  /** Nothing to be closed: the connections belong to the client. */
  async [Symbol.asyncDispose](): Promise<void> {}
}
