import { offsetFetchRequest, offsetFetchResponse } from '@ottla/protocol'
import type { Cluster } from '../../connection/cluster.ts'
import { brokerError, type OttlaError, throwBrokerError } from '../../ottla-error.ts'
import type { MemberIdentity } from '../membership/membership.ts'
import type { CommittedOffset } from '../progress/assigned-partition.ts'
import { byTopic, partitionKey, type TopicPartition } from '../topic-partition.ts'

/** Version 10 has ids in place of names, for topics that are created anew under an old name. */
const lastVersionWithNames = 9

export type CommittedAnswer = CommittedOffset | undefined | OttlaError

/** Asks the coordinator once. By `partitionKey`; undefined where nothing is committed. */
export async function fetchCommitted(
  cluster: Cluster,
  groupId: string,
  member: MemberIdentity | undefined,
  partitions: readonly TopicPartition[],
): Promise<Map<string, CommittedAnswer>> {
  const coordinator = await cluster.coordinator('group', groupId)
  const topics = [...byTopic(partitions)].map(([name, partitionIndexes]) => ({ name, partitionIndexes }))
  // Only members of the new protocol say who they are.
  const identity = member?.protocol === 'consumer' ? { memberId: member.memberId, memberEpoch: member.epoch } : {}
  const body = { groupId, topics, groups: [{ groupId, topics, ...identity }], requireStable: true }
  const options = { maxVersion: lastVersionWithNames }
  const response = await cluster.send(coordinator, offsetFetchRequest, offsetFetchResponse, body, options)
  const answer = response.groups[0] ?? response
  throwBrokerError(answer.errorCode, undefined, { group: groupId })
  const found = new Map<string, CommittedAnswer>()
  for (const { name, partitions: answered } of answer.topics) {
    for (const { partitionIndex, committedOffset, committedLeaderEpoch, metadata, errorCode } of answered) {
      const offset = { offset: committedOffset, leaderEpoch: committedLeaderEpoch, metadata: metadata ?? '' }
      const error = brokerError(errorCode, undefined, { topic: name, partition: partitionIndex, group: groupId })
      found.set(partitionKey(name, partitionIndex), error ?? (committedOffset < 0 ? undefined : offset))
    }
  }
  return found
}

/** Errors after which the coordinator is to be looked for anew. */
export const isCoordinatorLost = (error: OttlaError): boolean =>
  error.name === 'NOT_COORDINATOR' ||
  error.name === 'COORDINATOR_NOT_AVAILABLE' ||
  error.name === 'NETWORK_EXCEPTION' ||
  error.name === 'REQUEST_TIMED_OUT' ||
  error.name === 'BROKER_NOT_AVAILABLE'
