import type { Configs, NewTopic } from '@ottla/cluster'
import { defaultGroupSettings, type GroupSettings } from '@ottla/coordinator'

/** The settings of groups, as they are in force whenever they are read. */
export const groupSettings = (configs: Configs): GroupSettings => ({
  get initialRebalanceDelayMs() {
    return configs.brokerNumber('group.initial.rebalance.delay.ms')
  },
  get minSessionTimeoutMs() {
    return configs.brokerNumber('group.min.session.timeout.ms')
  },
  get maxSessionTimeoutMs() {
    return configs.brokerNumber('group.max.session.timeout.ms')
  },
  get maxSize() {
    return configs.brokerNumber('group.max.size')
  },
  get maxBytes() {
    return configs.brokerNumber('max.group.bytes')
  },
  get offsetMetadataMaxBytes() {
    return configs.brokerNumber('offset.metadata.max.bytes')
  },
  get offsetsRetentionMs() {
    return configs.brokerNumber('offsets.retention.minutes') * 60_000
  },
  get offsetsRetentionCheckIntervalMs() {
    return configs.brokerNumber('offsets.retention.check.interval.ms')
  },
  get leaveOnDisconnect() {
    return configs.brokerBoolean('group.leave.on.disconnect')
  },
  cleanerMinBytes: defaultGroupSettings.cleanerMinBytes,
})

/** `__consumer_offsets`, as it is created when the first group needs it. */
export const groupsTopic = (configs: Configs): NewTopic => ({
  name: '__consumer_offsets',
  partitionCount: configs.brokerNumber('offsets.topic.num.partitions'),
  replicationFactor: configs.brokerNumber('offsets.topic.replication.factor'),
  configs: new Map([
    ['cleanup.policy', 'compact'],
    ['compression.type', 'producer'],
    ['segment.bytes', String(configs.brokerNumber('offsets.topic.segment.bytes'))],
  ]),
  internal: true,
})
