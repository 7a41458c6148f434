import { describeClusterRequest, describeClusterResponse, ErrorCode } from '@ottla/protocol'
import { handler } from '../handler.ts'
import { clusterOperations, operationsNotAsked } from './authorized-operations.ts'
import { brokerEndpoint } from './broker-endpoint.ts'

const brokers = 1
const controllers = 2

// DescribeCluster (60), v0-2: the brokers (KIP-700). v1 endpointType (KIP-919). v2 fenced brokers (KIP-1073).
export const describeCluster = handler(describeClusterRequest, describeClusterResponse, (request, context) => {
  const { endpointType } = request
  if (endpointType !== brokers) {
    const mismatched = endpointType === controllers
    return {
      errorCode: mismatched ? ErrorCode.MISMATCHED_ENDPOINT_TYPE : ErrorCode.UNSUPPORTED_ENDPOINT_TYPE,
      errorMessage: mismatched
        ? 'The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER'
        : `Unsupported endpoint type ${endpointType}`,
      endpointType: brokers,
    }
  }
  const { nodeId, host, port, rack } = brokerEndpoint(context)
  return {
    errorCode: ErrorCode.NONE,
    endpointType,
    clusterId: context.cluster.image.clusterId,
    controllerId: context.brokerId,
    brokers: [{ brokerId: nodeId, host, port, rack, isFenced: false }],
    clusterAuthorizedOperations: request.includeClusterAuthorizedOperations ? clusterOperations : operationsNotAsked,
  }
})
