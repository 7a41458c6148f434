import { faultOfTopicName } from '@ottla/cluster'
import { describeProducersRequest, describeProducersResponse, ErrorCode } from '@ottla/protocol'
import { handler } from '../handler.ts'
import { findPartition } from '../partition-lookup.ts'

const noCoordinator = -1

// DescribeProducers (61), v0: idempotent producers that a partition remembers (KIP-664).
export const describeProducers = handler(describeProducersRequest, describeProducersResponse, (request, context) => {
  const topics = request.topics.map(({ name, partitionIndexes }) => ({
    name,
    partitions: partitionIndexes.map((partitionIndex) => {
      const fault = faultOfTopicName(name)
      if (fault !== undefined)
        return { partitionIndex, errorCode: ErrorCode.INVALID_TOPIC_EXCEPTION, errorMessage: fault }
      const partition = findPartition(context, context.cluster.image.topics.get(name), partitionIndex)
      if (typeof partition === 'number')
        return { partitionIndex, errorCode: partition, errorMessage: `there is no ${name}-${partitionIndex} here` }
      const activeProducers = partition.producers().map(({ currentTransactionStartOffset, ...producer }) => ({
        ...producer,
        coordinatorEpoch: noCoordinator,
        currentTxnStartOffset: currentTransactionStartOffset,
      }))
      return { partitionIndex, errorCode: ErrorCode.NONE, activeProducers }
    }),
  }))
  return { topics }
})
