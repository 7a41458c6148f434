import { array, bool, type Decoded, int16, int32, message, string, uint16, uuid } from '../../codec/schema.ts'

/** ControllerRegistration (70): a controller registers. KIP-919. */
export const controllerRegistrationRequest = message({
  name: 'ControllerRegistrationRequest',
  api: 70,
  versions: [0, 0],
  flexible: 0,
  fields: {
    controllerId: int32,
    incarnationId: uuid,
    zkMigrationReady: bool,
    listeners: array({ name: string, host: string, port: uint16, securityProtocol: int16 }),
    features: array({ name: string, minSupportedVersion: int16, maxSupportedVersion: int16 }),
  },
})
export interface ControllerRegistrationRequest extends Decoded<typeof controllerRegistrationRequest> {}

export const controllerRegistrationResponse = message({
  name: 'ControllerRegistrationResponse',
  api: 70,
  versions: [0, 0],
  flexible: 0,
  fields: { throttleTimeMs: int32, errorCode: int16, errorMessage: string.nullable() },
})
export interface ControllerRegistrationResponse extends Decoded<typeof controllerRegistrationResponse> {}
