import {
  alterPartitionReassignmentsRequest,
  alterPartitionReassignmentsResponse,
  apiVersionsRequest,
  apiVersionsResponse,
} from '@ottla/protocol'
import type { Cluster as OwnCluster } from '../connection/cluster.ts'
import { listedReassignments, reassigned } from './admin/reassignments.ts'
import { clusterMetadata, commitOffsets, committedOffsets, offsetsAt } from './cluster-calls.ts'
import type { ConnectedCluster } from './connected-cluster.ts'
import { earliestOffset, latestOffset } from './consumer-checks.ts'
import { KafkaJSBrokerNotFound, KafkaJSNotImplemented } from './errors.ts'
import { describedBy } from './group-descriptions.ts'
import { foundTopic } from './sending.ts'
import { partitionsOf } from './topic-metadata.ts'
import type { Broker, Cluster } from './types/cluster.ts'

/** The cluster, as a partition assigner of kafkajs is given it. */
export class ClusterFacade {
  readonly #cluster: ConnectedCluster

  constructor(cluster: ConnectedCluster) {
    this.#cluster = cluster
  }

  api(): Cluster {
    const cluster = this.#cluster
    const partitionsNow = (topic: string) => partitionsOf(cluster.known?.knownTopic(topic))
    const leadersOf = (topic: string, partitions: readonly number[]) => leaders(partitionsNow(topic), partitions)
    const use = async (topics: readonly string[]) => {
      const connected = await cluster.current()
      for (const topic of topics)
        if (connected.knownTopic(topic) === undefined) await foundTopic(connected, cluster.retry, topic)
    }
    const refresh = async () => (await cluster.current()).refresh()
    return {
      getNodeIds: () => [...(cluster.known?.image.brokers.keys() ?? [])],
      metadata: () => cluster.retrying((connected) => clusterMetadata(connected, null)),
      // What leads nowhere is closed, and tried again, by itself.
      removeBroker: () => {},
      addMultipleTargetTopics: use,
      addTargetTopic: (topic) => use([topic]),
      isConnected: () => cluster.isConnected,
      connect: () => cluster.connect(),
      disconnect: async () => cluster.disconnect(),
      refreshMetadata: refresh,
      refreshMetadataIfNecessary: async () => void (await cluster.current()),
      findBroker: ({ nodeId }) => this.#broker(Number(nodeId)),
      findControllerBroker: async () => this.#broker(await (await cluster.current()).controller()),
      findTopicPartitionMetadata: partitionsNow,
      findLeaderForPartitions: leadersOf,
      findGroupCoordinator: async ({ groupId }) => this.#broker(await this.#coordinator(groupId)),
      findGroupCoordinatorMetadata: async ({ groupId }) => {
        const nodeId = await this.#coordinator(groupId)
        const { host, port } = (await cluster.current()).image.brokers.get(nodeId)!
        return { errorCode: 0, coordinator: { nodeId, host, port } }
      },
      defaultOffset: ({ fromBeginning }) => (fromBeginning ? earliestOffset : latestOffset),
      fetchTopicsOffset: async (topics) => {
        await use(topics.map(({ topic }) => topic))
        const found = topics.map(async ({ topic, partitions, fromBeginning, fromTimestamp }) => {
          const timestamp = fromTimestamp ?? (fromBeginning ? earliestOffset : latestOffset)
          const indexes = partitions.map(({ partition }) => partition)
          return {
            topic,
            partitions: await cluster.retrying((connected) => offsetsAt(connected, topic, indexes, timestamp)),
          }
        })
        return Promise.all(found)
      },
    }
  }

  #coordinator(groupId: string): Promise<number> {
    return this.#cluster.retrying((connected) => connected.coordinatorNow('group', groupId))
  }

  async #broker(nodeId: number): Promise<Broker> {
    const connected = await this.#cluster.current()
    if (!connected.image.brokers.has(nodeId))
      throw new KafkaJSBrokerNotFound(`Broker ${nodeId} not found in the cached metadata`)
    return brokerApi(connected, nodeId)
  }
}

/** One broker. Produce and Fetch are the producer's and the consumer's: an assigner has no use for them. */
function brokerApi(cluster: OwnCluster, nodeId: number): Broker {
  const notHere = async (): Promise<never> => {
    throw new KafkaJSNotImplemented('Use a producer or a consumer for that')
  }
  return {
    isConnected: () => cluster.openConnection(nodeId) !== undefined,
    connect: async () => void (await cluster.connection(nodeId)),
    disconnect: async () => cluster.openConnection(nodeId)?.close(),
    apiVersions: async () => {
      const { apiKeys } = await cluster.send(nodeId, apiVersionsRequest, apiVersionsResponse, {
        clientSoftwareName: cluster.settings.clientId,
        clientSoftwareVersion: '0',
      })
      return Object.fromEntries(
        apiKeys.map(({ apiKey, minVersion, maxVersion }) => [apiKey, { minVersion, maxVersion }]),
      )
    },
    metadata: (topics) => clusterMetadata(cluster, topics),
    describeGroups: async ({ groupIds }) => ({ groups: await describedBy(cluster, nodeId, groupIds) }),
    offsetCommit: (request) => commitOffsets(cluster, nodeId, request),
    offsetFetch: async ({ groupId, topics }) => ({
      throttleTime: 0,
      errorCode: 0,
      responses: await committedOffsets(cluster, nodeId, groupId, topics),
    }),
    fetch: notHere,
    produce: notHere,
    alterPartitionReassignments: async ({ topics, timeout }) => {
      const body = reassigned(topics, timeout)
      return cluster.send(nodeId, alterPartitionReassignmentsRequest, alterPartitionReassignmentsResponse, body)
    },
    listPartitionReassignments: ({ topics, timeout }) => listedReassignments(cluster, nodeId, topics ?? null, timeout),
  }
}

function leaders(known: readonly { partitionId: number; leader: number }[], partitions: readonly number[]) {
  const byLeader: { [leader: string]: number[] } = {}
  for (const wanted of partitions) {
    const leader = known.find(({ partitionId }) => partitionId === Number(wanted))?.leader
    if (leader !== undefined) byLeader[leader] = [...(byLeader[leader] ?? []), Number(wanted)]
  }
  return byLeader
}
