import { bool, bytes, type Decoded, int8, int16, int32, message, uuid } from '../codec/schema.ts'

/** PushTelemetry (72): a client pushes its metrics. KIP-714. */
export const pushTelemetryRequest = message({
  name: 'PushTelemetryRequest',
  api: 72,
  versions: [0, 0],
  flexible: 0,
  fields: {
    clientInstanceId: uuid,
    subscriptionId: int32,
    terminating: bool,
    compressionType: int8,
    metrics: bytes,
  },
})
export interface PushTelemetryRequest extends Decoded<typeof pushTelemetryRequest> {}

export const pushTelemetryResponse = message({
  name: 'PushTelemetryResponse',
  api: 72,
  versions: [0, 0],
  flexible: 0,
  fields: { throttleTimeMs: int32, errorCode: int16 },
})
export interface PushTelemetryResponse extends Decoded<typeof pushTelemetryResponse> {}
