import { initProducerIdRequest, initProducerIdResponse } from '@ottla/protocol'
import type { Cluster } from '../connection/cluster.ts'
import { throwBrokerError } from '../ottla-error.ts'
import type { ProducerIdentity } from './partition-queue.ts'

/** A producer id for idempotence, from any broker. */
export function newIdentity(cluster: Cluster, timeoutMs: number): Promise<ProducerIdentity> {
  return cluster.retry({ what: 'getting a producer id', timeoutMs }, async () => {
    const body = { transactionalId: null, transactionTimeoutMs: 0x7fff_ffff }
    const answer = await cluster.sendToAny(initProducerIdRequest, initProducerIdResponse, body)
    throwBrokerError(answer.errorCode, undefined)
    return { producerId: answer.producerId, producerEpoch: answer.producerEpoch }
  })
}
