// That the admin has every call of Kafka's own by its name: those of org.apache.kafka.clients.admin.Admin of 4.3.
import { deepEqual } from 'node:assert/strict'
import { test } from 'node:test'
import { Admin } from '@ottla/client'

const javaCalls = `
  abortTransaction addRaftVoter alterClientQuotas alterConsumerGroupOffsets alterPartitionReassignments
  alterReplicaLogDirs alterShareGroupOffsets alterStreamsGroupOffsets alterUserScramCredentials clientInstanceId close
  createAcls createDelegationToken createPartitions createTopics deleteAcls deleteConsumerGroupOffsets
  deleteConsumerGroups deleteRecords deleteShareGroupOffsets deleteShareGroups deleteStreamsGroupOffsets
  deleteStreamsGroups deleteTopics describeAcls describeClassicGroups describeClientQuotas describeCluster
  describeConfigs describeConsumerGroups describeDelegationToken describeFeatures describeLogDirs
  describeMetadataQuorum describeProducers describeReplicaLogDirs describeShareGroups describeStreamsGroups
  describeTopics describeTransactions describeUserScramCredentials electLeaders expireDelegationToken fenceProducers
  forceTerminateTransaction incrementalAlterConfigs listClientMetricsResources listConfigResources
  listConsumerGroupOffsets listConsumerGroups listGroups listOffsets listPartitionReassignments listShareGroupOffsets
  listStreamsGroupOffsets listTopics listTransactions metrics registerMetricForSubscription
  removeMembersFromConsumerGroup removeRaftVoter renewDelegationToken unregisterBroker unregisterMetricFromSubscription
  updateFeatures`
  .trim()
  .split(/\s+/)

/** What it leaves out, with the reason. */
const leftOut: Readonly<Record<string, string>> = {
  metrics: 'metrics are the client’s: those of producers and consumers, and diagnostics channels',
  registerMetricForSubscription: 'clients push standard metrics of their own (KIP-714), no others',
  unregisterMetricFromSubscription: 'clients push standard metrics of their own (KIP-714), no others',
}

test('the admin has every call of the Java client, by its name', () => {
  const own = new Set(Object.getOwnPropertyNames(Admin.prototype))
  const missing = javaCalls.filter((call) => !own.has(call))
  deepEqual(missing, Object.keys(leftOut).sort())
})
