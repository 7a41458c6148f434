export type { Acl, AclFilter, NewAcl } from './acl-calls.ts'
export type { AclOperation, AclPatternType, AclPermission, AclResourceType } from './acl-names.ts'
export { Admin, type AdminOptions } from './admin.ts'
export type { AdminCallOptions } from './admin-requests.ts'
export type {
  ClusterDescription,
  ClusterNode,
  DescribeClusterOptions,
  FeatureUpdate,
  LogDir,
  LogDirReplica,
  MetadataQuorum,
  QuorumReplica,
  RaftListener,
  RaftVoter,
  Replica,
} from './cluster-calls.ts'
export type {
  AlterConfigsOptions,
  ConfigChanges,
  ConfigEntry,
  ConfigResource,
  ConfigResourceType,
  ConfigSource,
  ConfigSynonym,
  ConfigType,
  DescribeConfigsOptions,
  DescribeConfigsQuery,
  ResourceConfigs,
} from './configs.ts'
export type {
  DescribeGroupsOptions,
  GroupDescription,
  GroupMember,
  ListedGroup,
  ListGroupsOptions,
  MemberToRemove,
} from './group-calls.ts'
export type { GroupOffset, ListGroupOffsetsOptions, ShareGroupOffset } from './group-offset-calls.ts'
export type { PartitionOffset } from './leader-requests.ts'
export type {
  DeletedRecords,
  FoundOffset,
  ListOffsetsOptions,
  OffsetSpec,
  OngoingReassignment,
  Reassignment,
} from './partition-calls.ts'
export type { ClientQuota, QuotaChange, QuotaEntity, QuotaMatch } from './quota-calls.ts'
export type { ScramChange, ScramMechanism, UserScramCredentials } from './scram-calls.ts'
export type {
  StreamsAssignment,
  StreamsGroupDescription,
  StreamsGroupMember,
  StreamsSubtopology,
  StreamsTasks,
} from './streams-group-calls.ts'
export type { CreateTokenOptions, DelegationToken, Principal } from './token-calls.ts'
export type {
  CreatedTopic,
  CreateTopicsOptions,
  DescribeTopicsOptions,
  ListedTopic,
  ListTopicsOptions,
  NewPartitions,
  NewTopic,
  TopicDescription,
} from './topics.ts'
export type {
  ActiveProducer,
  HangingTransaction,
  ListedTransaction,
  ListTransactionsOptions,
  PartitionProducers,
  TransactionDescription,
} from './transaction-calls.ts'
