import { ErrorCode, errorOf, findCoordinatorRequest, findCoordinatorResponse } from '@ottla/protocol'
import { handler, type RequestContext } from '../handler.ts'
import { brokerEndpoint } from './broker-endpoint.ts'

const groupType = 0
const batchedSince = 4

interface Coordinator {
  readonly errorCode: number
  readonly errorMessage: string
  readonly nodeId: number
  readonly host: string
  readonly port: number
}

// FindCoordinator (10), v0-6: which broker coordinates a group. v1 keyType, errorMessage. v3 flexible.
// v4 several keys (KIP-699). v5 TRANSACTION_ABORTABLE (KIP-890). v6 share partitions (KIP-932).
export const findCoordinator = handler(findCoordinatorRequest, findCoordinatorResponse, async (request, context) => {
  const coordinator = await coordinatorOf(request.keyType, context)
  if (context.apiVersion < batchedSince)
    // Kafka's word for success, where the message is not null.
    return { ...coordinator, errorMessage: coordinator.errorMessage || 'NONE' }
  return { coordinators: request.coordinatorKeys.map((key) => ({ key, ...coordinator })) }
})

async function coordinatorOf(keyType: number, context: RequestContext): Promise<Coordinator> {
  // Retriable errors would have clients try for a minute before they say that they can not have what they want.
  if (keyType !== groupType) {
    const wanted = keyType === 1 ? 'Transactions are' : keyType === 2 ? 'Share groups are' : `Key type ${keyType} is`
    return noCoordinator(ErrorCode.INVALID_REQUEST, `${wanted} not supported by this broker.`)
  }
  const errorCode = await context.groups.ready()
  if (errorCode !== ErrorCode.NONE) return noCoordinator(errorCode, errorOf(errorCode).name)
  const { nodeId, host, port } = brokerEndpoint(context)
  return { errorCode, errorMessage: '', nodeId, host, port }
}

const noCoordinator = (errorCode: number, errorMessage: string): Coordinator => ({
  errorCode,
  errorMessage,
  nodeId: -1,
  host: '',
  port: -1,
})
