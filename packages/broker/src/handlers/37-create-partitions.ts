import { checkPartitionCount } from '@ottla/cluster'
import {
  type CreatePartitionsRequest,
  createPartitionsRequest,
  createPartitionsResponse,
  ErrorCode,
  KafkaError,
} from '@ottla/protocol'
import { handler, type RequestContext } from '../handler.ts'
import { checkPartitionsOfRequest, duplicatesOf, failedItem } from './failed-item.ts'
import { checkReplicas } from './replica-assignment.ts'

type Wanted = CreatePartitionsRequest['topics'][number]

// CreatePartitions (37), v0-3: raises the number of partitions of topics (KIP-195). v2 flexible.
export const createPartitions = handler(createPartitionsRequest, createPartitionsResponse, async (request, context) => {
  const duplicates = duplicatesOf(request.topics.map(({ name }) => name))
  const distinct = [...new Map(request.topics.map((topic) => [topic.name, topic])).values()]
  checkPartitionsOfRequest(
    distinct.map(({ name, count }) => count - (context.cluster.image.topics.get(name)?.partitions.length ?? count)),
  )
  const results = await Promise.all(
    distinct.map(async (wanted) => {
      const { name, count } = wanted
      try {
        if (duplicates.has(name)) throw new KafkaError('INVALID_REQUEST', 'Duplicate topic name.')
        check(wanted, context)
        if (!request.validateOnly) await context.cluster.createPartitions(name, count)
        return { name, errorCode: ErrorCode.NONE, errorMessage: null }
      } catch (error) {
        return { name, ...failedItem(error, context) }
      }
    }),
  )
  return { results }
})

function check({ name, count, assignments }: Wanted, { cluster, brokerId }: RequestContext): void {
  const topic = cluster.image.topics.get(name)
  if (topic === undefined) {
    throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `The topic '${name}' does not exist.`)
  }
  if (topic.internal) {
    throw new KafkaError(
      'INVALID_REQUEST',
      `The topic '${name}' belongs to the broker: groups are found by the number of its partitions.`,
    )
  }
  checkPartitionCount(topic, count)
  const more = count - topic.partitions.length
  cluster.checkRoom(more)
  if (assignments === null) return
  if (assignments.length !== more) {
    throw new KafkaError(
      'INVALID_REPLICA_ASSIGNMENT',
      `Attempted to add ${more} additional partition(s), but ${assignments.length} assignment(s) were specified.`,
    )
  }
  for (const [at, { brokerIds }] of assignments.entries()) {
    checkReplicas(topic.partitions.length + at, brokerIds, brokerId)
  }
}
