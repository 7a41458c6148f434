import { array, bool, type Decoded, int16, int32, int64, message, uuid } from '../../codec/schema.ts'

/** BrokerHeartbeat (63): a broker says that it is alive. KIP-631. */
export const brokerHeartbeatRequest = message({
  name: 'BrokerHeartbeatRequest',
  api: 63,
  versions: [0, 2],
  flexible: 0,
  fields: {
    brokerId: int32,
    brokerEpoch: int64.default(-1),
    currentMetadataOffset: int64,
    wantFence: bool,
    wantShutDown: bool,
    offlineLogDirs: array(uuid).since(1).tag(0),
    cordonedLogDirs: array(uuid).since(2).nullable().tag(1).default(null),
  },
})
export interface BrokerHeartbeatRequest extends Decoded<typeof brokerHeartbeatRequest> {}

export const brokerHeartbeatResponse = message({
  name: 'BrokerHeartbeatResponse',
  api: 63,
  versions: [0, 2],
  flexible: 0,
  fields: {
    throttleTimeMs: int32,
    errorCode: int16,
    isCaughtUp: bool,
    isFenced: bool.default(true),
    shouldShutDown: bool,
  },
})
export interface BrokerHeartbeatResponse extends Decoded<typeof brokerHeartbeatResponse> {}
