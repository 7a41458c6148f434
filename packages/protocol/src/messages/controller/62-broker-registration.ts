import { array, bool, type Decoded, int16, int32, int64, message, string, uint16, uuid } from '../../codec/schema.ts'

/** BrokerRegistration (62): a broker registers with the controller. KIP-631. */
export const brokerRegistrationRequest = message({
  name: 'BrokerRegistrationRequest',
  api: 62,
  versions: [0, 4],
  flexible: 0,
  fields: {
    brokerId: int32,
    clusterId: string,
    incarnationId: uuid,
    listeners: array({ name: string, host: string, port: uint16, securityProtocol: int16 }),
    features: array({ name: string, minSupportedVersion: int16, maxSupportedVersion: int16 }),
    rack: string.nullable(),
    isMigratingZkBroker: bool.since(1),
    logDirs: array(uuid).since(2),
    previousBrokerEpoch: int64.since(3).default(-1),
  },
})
export interface BrokerRegistrationRequest extends Decoded<typeof brokerRegistrationRequest> {}

export const brokerRegistrationResponse = message({
  name: 'BrokerRegistrationResponse',
  api: 62,
  versions: [0, 4],
  flexible: 0,
  fields: { throttleTimeMs: int32, errorCode: int16, brokerEpoch: int64.default(-1) },
})
export interface BrokerRegistrationResponse extends Decoded<typeof brokerRegistrationResponse> {}
