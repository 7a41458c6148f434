import { KafkaError } from '@ottla/protocol'

/** Checks where a client wants a partition's replicas. There is one broker: its id is the only one that can be named. */
export function checkReplicas(partition: number, brokerIds: readonly number[], brokerId: number): void {
  if (brokerIds.length === 0) {
    throw new KafkaError('INVALID_REPLICA_ASSIGNMENT', `The manual assignment of partition ${partition} is empty.`)
  }
  const unknown = brokerIds.find((id) => id !== brokerId)
  if (unknown !== undefined) {
    throw new KafkaError(
      'INVALID_REPLICA_ASSIGNMENT',
      `The manual assignment of partition ${partition} names broker ${unknown}, but no such broker is registered.`,
    )
  }
  if (brokerIds.length > 1) {
    throw new KafkaError(
      'INVALID_REPLICA_ASSIGNMENT',
      `The manual assignment of partition ${partition} names broker ${brokerId} more than once.`,
    )
  }
}
