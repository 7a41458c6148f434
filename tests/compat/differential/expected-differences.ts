import type { Difference } from './compare.ts'

/** A difference that is meant. One that no run shows any more is reported, so that the table only shrinks or is explained. */
export interface Expected {
  /** The case, and the step if only that one differs. */
  readonly in?: RegExp
  readonly path?: RegExp
  readonly kafka?: unknown
  readonly ottla?: unknown
  readonly reason: string
}

export const expectedDifferences: readonly Expected[] = [
  // What Ottla does better, or its issue asks for.
  {
    path: /[eE]rrorMessage$/,
    kafka: null,
    ottla: '<text>',
    reason: 'Ottla says what happened where Kafka only has a code',
  },
  {
    path: /[eE]rrorMessage$/,
    kafka: '',
    ottla: '<text>',
    reason: 'Ottla says what happened where Kafka only has a code and an empty text',
  },
  {
    in: /created by asking$/,
    path: /\.errorCode$/,
    kafka: 3,
    ottla: 0,
    reason: 'a topic that is created by asking for it is answered with its leader at once',
  },
  {
    in: /more replicas than brokers$/,
    path: /\.errorCode$/,
    kafka: 38,
    ottla: 0,
    reason: 'any replication factor is taken: durability does not come from replicas',
  },
  {
    in: /CreateTopics.* \/ no time$/,
    path: /\.errorCode$/,
    kafka: 7,
    ottla: 0,
    reason: 'a topic is there when it is answered, however short the timeout',
  },
  {
    in: /with too few replicas$/,
    path: /\.(errorCode|baseOffset)$/,
    reason: 'min.insync.replicas means what it says; Kafka 4.3 lowers it to the number of replicas that there are',
  },
  {
    in: /JoinGroup: what is refused \/ listed$/,
    path: /\[negative\].*groupState$/,
    kafka: 'Empty',
    ottla: 'CompletingRebalance',
    reason: 'a member without a rebalance timeout has the time to sync',
  },
  {
    in: /IncrementalAlterConfigs: brokers and groups \/ unknown$/,
    kafka: 0,
    ottla: 40,
    reason: 'an unknown setting of a broker is refused, too',
  },
  {
    in: /IncrementalAlterConfigs: brokers and groups \/ invalid$/,
    kafka: 42,
    ottla: 40,
    reason: 'an invalid value is INVALID_CONFIG for brokers as it is for topics',
  },
  {
    in: /an unknown operation$/,
    kafka: -1,
    ottla: 42,
    reason: 'Kafka fails with UNKNOWN_SERVER_ERROR, Ottla says what is wrong with the request',
  },
  {
    in: /\/ (no name|no id, no name)$/,
    reason: 'Kafka fails the whole request with UNKNOWN_SERVER_ERROR, Ottla only what is wrong in it',
  },
  {
    in: /CreatePartitions \/ too many$/,
    kafka: -1,
    ottla: 44,
    reason: 'Kafka fails with UNKNOWN_SERVER_ERROR, Ottla with the code that CreateTopics has for it',
  },
  {
    in: /Metadata \/ by id and by name$/,
    path: /^topics\[b\]$/,
    reason: 'Kafka forgets the names when a request has ids, too',
  },
  {
    in: /an unknown isolation level$/,
    path: /errorCode$/,
    kafka: -1,
    ottla: 0,
    reason: 'an unknown isolation level is read uncommitted; there is nothing that is not committed',
  },
  {
    path: /configs\[retention\.ms\]\.value$/,
    kafka: ' 60000 ',
    ottla: '60000',
    reason: 'settings are kept without the spaces around them',
  },
  {
    in: /CreateTopics: only validated/,
    path: /topicId$/,
    ottla: '<no topic>',
    reason: 'Kafka answers an id that no topic will ever have',
  },

  // Batches.
  {
    in: /Produce: (batches of .* with something wrong inside|every codec|batches that are not well)/,
    kafka: -1,
    ottla: 87,
    reason: 'Kafka fails with UNKNOWN_SERVER_ERROR, Ottla with INVALID_RECORD',
  },
  {
    in: /Produce: (batches of .* with something wrong inside|.* without keys for a compacted topic|.* record delta$)/,
    kafka: 0,
    ottla: 87,
    reason: 'a record that no consumer could read, or that has the offset of another one, is not taken',
  },
  {
    in: /Produce: batches that are not well .*codec [57]$/,
    kafka: -1,
    ottla: 76,
    reason: 'a codec that nobody knows is UNSUPPORTED_COMPRESSION_TYPE',
  },
  {
    in: /Produce: batches that are not well .*zeros$/,
    kafka: 2,
    ottla: 87,
    reason: 'zeros are of magic 0, which is INVALID_RECORD; Kafka looks at their length first',
  },
  {
    in: /Produce: batches that are not well .*trailing byte$/,
    kafka: 0,
    ottla: 87,
    reason: 'Kafka drops what follows the batch without a word',
  },
  {
    in: /Produce: batches that are not well .*length huge$/,
    kafka: -1,
    ottla: 87,
    reason: 'Kafka fails with UNKNOWN_SERVER_ERROR, Ottla with INVALID_RECORD',
  },
  {
    in: /^AlterConfigs \/ a topic twice$/,
    kafka: 'silent',
    reason: 'Kafka never answers an AlterConfigs with a resource twice',
  },
  {
    in: /^DescribeLogDirs/,
    path: /__consumer_offsets.*partitionSize$/,
    reason: 'what groups write is batched in another way',
  },
  {
    in: /Produce: batches that are not well .*no batch$/,
    kafka: 'silent',
    reason: 'Kafka never answers a Produce with null for records',
  },
  {
    in: /^Produce: /,
    path: /logStartOffset$/,
    kafka: -1,
    ottla: 0,
    reason: 'the log start offset stands beside every error of a partition that is there',
  },
  {
    in: /^(Produce: idempotent|A producer whose records were deleted)/,
    path: /logAppendTimeMs$/,
    ottla: -1,
    reason: "Kafka answers a duplicate with the producer's time as the broker's",
  },
  {
    in: /^After records were deleted \/ (from 6|one more): bounds$/,
    path: /\.(timestamp|offset|leaderEpoch)$/,
    reason: 'the largest time is that of a record that can still be read; Kafka tells of one that was deleted',
  },
  {
    in: /OffsetForLeaderEpoch \/ epoch -2/,
    path: /(leaderEpoch|endOffset)$/,
    ottla: -1,
    reason: 'there is no epoch -2',
  },

  // What comes later: transactions, telemetry, KRaft's own settings and features.
  {
    in: /in a transaction that nobody began/,
    path: /errorCode$/,
    ottla: 48,
    reason: 'there are no transactions yet',
  },
  {
    in: /FindCoordinator \/ the transaction without a name$/,
    reason: 'there are no transactions yet, and so no coordinators of them',
  },
  {
    in: /^ApiVersions/,
    path: /^apiKeys\[0000\d\d\]$/,
    ottla: undefined,
    reason: 'what is not there yet is not advertised',
  },
  {
    in: /^ApiVersions/,
    path: /^(supportedFeatures|finalizedFeatures)/,
    reason: 'features are of KRaft and of what is not there yet',
  },
  {
    in: /DescribeConfigs \/ metrics$/,
    kafka: 0,
    ottla: 42,
    reason: 'there are no metrics subscriptions yet',
  },
  {
    in: /IncrementalAlterConfigs: brokers and groups \/ a logger$/,
    kafka: 40,
    ottla: 42,
    reason: 'there are no loggers to be set',
  },
  {
    path: /\[min\.insync\.replicas\]/,
    reason: 'KRaft with eligible leader replicas sets min.insync.replicas for all brokers when it is formatted',
  },
  {
    in: /DescribeConfigs \/ a broker, all$/,
    path: /^results\[1\/000004\]\.configs\[/,
    reason: 'listeners, directories and replication are set for each in its own way, and Ottla has settings of its own',
  },
  {
    in: /^(JoinGroup: a member alone \/ before sync|LeaveGroup: in the middle of a rebalance \/ preparing)$/,
    path: /memberAssignment$/,
    ottla: 'hex ',
    reason: 'an assignment is shown only while it is in force',
  },
]

/** `where` is `case / step`. */
export function isExpected(expected: Expected, where: string, difference: Difference): boolean {
  return (
    (expected.in?.test(where) ?? true) &&
    (expected.path?.test(difference.path) ?? true) &&
    (!('kafka' in expected) || expected.kafka === difference.kafka) &&
    (!('ottla' in expected) || expected.ottla === difference.ottla)
  )
}
