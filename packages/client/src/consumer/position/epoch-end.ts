import { ErrorCode, offsetForLeaderEpochRequest, offsetForLeaderEpochResponse } from '@ottla/protocol'
import type { Cluster } from '../../connection/cluster.ts'
import { asOttlaError, brokerError, OttlaError } from '../../ottla-error.ts'
import type { AssignedPartition } from '../progress/assigned-partition.ts'

/** Where the log that this consumer has read ends in the log of the leader; both are -1 if it shares none of it. */
export interface EpochEnd {
  readonly leaderEpoch: number
  readonly endOffset: number
}

/** Asks the leader how far it knows the epoch of what this partition has fetched last (KIP-320). */
export async function epochEnd(cluster: Cluster, partition: AssignedPartition): Promise<EpochEnd | OttlaError> {
  const { topic, partition: index } = partition
  const leader = cluster.leader(topic, index)
  if (leader === undefined) return new OttlaError('LEADER_NOT_AVAILABLE', { topic, partition: index })
  const question = { partition: index, currentLeaderEpoch: leader.leaderEpoch, leaderEpoch: partition.offsetEpoch }
  const body = { topics: [{ topic, partitions: [question] }] }
  try {
    const response = await cluster.send(leader.leader, offsetForLeaderEpochRequest, offsetForLeaderEpochResponse, body)
    const answer = response.topics[0]?.partitions[0]
    if (answer?.errorCode === ErrorCode.NONE) return answer
    return brokerError(answer?.errorCode ?? -1, undefined, { topic, partition: index })!
  } catch (error) {
    return asOttlaError(error)
  }
}
