import { array, bool, type Decoded, int8, int16, int32, message, string, uuid } from '../codec/schema.ts'

/** GetTelemetrySubscriptions (71): which metrics a client should push. KIP-714. */
export const getTelemetrySubscriptionsRequest = message({
  name: 'GetTelemetrySubscriptionsRequest',
  api: 71,
  versions: [0, 0],
  flexible: 0,
  fields: { clientInstanceId: uuid },
})
export interface GetTelemetrySubscriptionsRequest extends Decoded<typeof getTelemetrySubscriptionsRequest> {}

export const getTelemetrySubscriptionsResponse = message({
  name: 'GetTelemetrySubscriptionsResponse',
  api: 71,
  versions: [0, 0],
  flexible: 0,
  fields: {
    throttleTimeMs: int32,
    errorCode: int16,
    clientInstanceId: uuid,
    subscriptionId: int32,
    acceptedCompressionTypes: array(int8),
    pushIntervalMs: int32,
    telemetryMaxBytes: int32,
    deltaTemporality: bool,
    requestedMetrics: array(string),
  },
})
export interface GetTelemetrySubscriptionsResponse extends Decoded<typeof getTelemetrySubscriptionsResponse> {}
