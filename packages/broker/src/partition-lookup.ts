import type { Topic } from '@ottla/cluster'
import { ErrorCode } from '@ottla/protocol'
import type { Partition } from '@ottla/storage'
import type { Services } from './services.ts'

/** A partition led by this broker, or the error code that says why there is none. */
export type Found = Partition | number

/** How a request names a topic: by name, or since KIP-516 by id. */
export interface TopicReference {
  readonly name: string
  readonly topicId: string
}

export function findTopic(services: Services, reference: TopicReference, byId: boolean): Topic | undefined {
  const { topics, topicsById } = services.cluster.image
  return byId ? topicsById.get(reference.topicId) : topics.get(reference.name)
}

export const unknownTopicCode = (byId: boolean) =>
  byId ? ErrorCode.UNKNOWN_TOPIC_ID : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION

/** A partition that the metadata knows and the storage does not have is on its way: clients try again. */
export function findPartition(services: Services, topic: Topic | undefined, partition: number): Found {
  if (topic?.partitions[partition] === undefined) return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
  return services.storage.partition(topic.id, partition) ?? ErrorCode.NOT_LEADER_OR_FOLLOWER
}

/** Fencing by the leader epoch that a client knows (KIP-320); -1: it knows none. */
export function epochErrorCode(partition: Partition, currentLeaderEpoch: number): number {
  if (currentLeaderEpoch === -1 || currentLeaderEpoch === partition.leaderEpoch) return ErrorCode.NONE
  return currentLeaderEpoch < partition.leaderEpoch ? ErrorCode.FENCED_LEADER_EPOCH : ErrorCode.UNKNOWN_LEADER_EPOCH
}

/** As `findPartition`, fenced. */
export function findFenced(
  services: Services,
  topic: Topic | undefined,
  asked: { readonly partition: number; readonly currentLeaderEpoch: number },
): Found {
  const found = findPartition(services, topic, asked.partition)
  if (typeof found === 'number') return found
  const errorCode = epochErrorCode(found, asked.currentLeaderEpoch)
  return errorCode === ErrorCode.NONE ? found : errorCode
}
