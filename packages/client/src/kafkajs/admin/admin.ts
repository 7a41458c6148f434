import { clusterMetadata } from '../cluster-calls.ts'
import type { ConnectedCluster } from '../connected-cluster.ts'
import type { Instrumentation } from '../instrumentation.ts'
import type { Admin, AdminEvents } from '../types/admin.ts'
import type { Logger } from '../types/logging.ts'
import { createAcls, deleteAcls, describeAcls } from './acls.ts'
import { AdminCalls } from './admin-calls.ts'
import { alterConfigs, describeConfigs } from './configs.ts'
import { deleteGroups, describeGroups, listGroups } from './groups.ts'
import { fetchOffsets, fetchTopicOffsets, fetchTopicOffsetsByTimestamp, resetOffsets, setOffsets } from './offsets.ts'
import { alterPartitionReassignments, listPartitionReassignments } from './reassignments.ts'
import { deleteTopicRecords } from './records.ts'
import { createPartitions, createTopics, deleteTopics, fetchTopicMetadata } from './topics.ts'

export const adminEvents: AdminEvents = {
  CONNECT: 'admin.connect',
  DISCONNECT: 'admin.disconnect',
  REQUEST: 'admin.network.request',
  REQUEST_TIMEOUT: 'admin.network.request_timeout',
  REQUEST_QUEUE_SIZE: 'admin.network.request_queue_size',
}

export interface AdminParts {
  readonly cluster: ConnectedCluster
  readonly logger: Logger
  readonly instrumentation: Instrumentation<AdminEvents>
}

/** The admin of kafkajs. Each call is a function of its own in this folder. */
export function createAdmin({ cluster, logger, instrumentation }: AdminParts): Admin {
  const calls = new AdminCalls(cluster, logger)
  const metadata = () =>
    calls.call('fetch metadata', ['LEADER_NOT_AVAILABLE'], (all) => clusterMetadata(all.cluster, null))
  return {
    connect: async () => {
      await cluster.connect()
      instrumentation.emit('admin.connect')
    },
    disconnect: async () => {
      cluster.disconnect()
      instrumentation.emit('admin.disconnect')
    },
    listTopics: async () => (await metadata()).topicMetadata.map(({ topic }) => topic),
    createTopics: (options) => createTopics(calls, options),
    deleteTopics: (options) => deleteTopics(calls, options),
    createPartitions: (options) => createPartitions(calls, options),
    fetchTopicMetadata: (options) => fetchTopicMetadata(calls, options),
    describeCluster: async () => {
      const { brokers, controllerId, clusterId } = await metadata()
      const nodes = brokers.map(({ nodeId, host, port }) => ({ nodeId, host, port }))
      return { brokers: nodes, controller: controllerId < 0 ? null : controllerId, clusterId }
    },
    fetchOffsets: (options) => fetchOffsets(calls, options),
    fetchTopicOffsets: (topic) => fetchTopicOffsets(calls, topic),
    fetchTopicOffsetsByTimestamp: (topic, timestamp) => fetchTopicOffsetsByTimestamp(calls, topic, timestamp),
    setOffsets: (options) => setOffsets(calls, options),
    resetOffsets: (options) => resetOffsets(calls, options),
    describeConfigs: (options) => describeConfigs(calls, options),
    alterConfigs: (options) => alterConfigs(calls, options),
    listGroups: () => listGroups(calls),
    describeGroups: (groupIds) => describeGroups(calls, groupIds),
    deleteGroups: (groupIds) => deleteGroups(calls, groupIds),
    describeAcls: (filter) => describeAcls(calls, filter),
    deleteAcls: (options) => deleteAcls(calls, options),
    createAcls: (options) => createAcls(calls, options),
    deleteTopicRecords: (options) => deleteTopicRecords(calls, options),
    alterPartitionReassignments: (options) => alterPartitionReassignments(calls, options),
    listPartitionReassignments: (options) => listPartitionReassignments(calls, options),
    logger: () => logger,
    on: instrumentation.on as Admin['on'],
    events: adminEvents,
  }
}
