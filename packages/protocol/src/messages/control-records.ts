import {
  array,
  type Decoded,
  int16,
  int32,
  int64,
  message,
  never,
  string,
  struct,
  uint16,
  uuid,
} from '../codec/schema.ts'

/** Keys and values of control records inside a log. */
export const controlRecordTypeSchema = message({
  name: 'ControlRecordTypeSchema',
  versions: [0, 0],
  flexible: never,
  fields: { type: int16 },
})
export interface ControlRecordTypeSchema extends Decoded<typeof controlRecordTypeSchema> {}

export const endTxnMarker = message({
  name: 'EndTxnMarker',
  versions: [0, 0],
  flexible: never,
  fields: { coordinatorEpoch: int32 },
})
export interface EndTxnMarker extends Decoded<typeof endTxnMarker> {}

const voter = { voterId: int32, voterDirectoryId: uuid.since(1) }

export const leaderChangeMessage = message({
  name: 'LeaderChangeMessage',
  versions: [0, 1],
  flexible: 0,
  fields: { version: int16, leaderId: int32, voters: array(voter), grantingVoters: array(voter) },
})
export interface LeaderChangeMessage extends Decoded<typeof leaderChangeMessage> {}

export const kRaftVersionRecord = message({
  name: 'KRaftVersionRecord',
  versions: [0, 0],
  flexible: 0,
  fields: { version: int16, kRaftVersion: int16 },
})
export interface KRaftVersionRecord extends Decoded<typeof kRaftVersionRecord> {}

export const snapshotHeaderRecord = message({
  name: 'SnapshotHeaderRecord',
  versions: [0, 0],
  flexible: 0,
  fields: { version: int16, lastContainedLogTimestamp: int64 },
})
export interface SnapshotHeaderRecord extends Decoded<typeof snapshotHeaderRecord> {}

export const snapshotFooterRecord = message({
  name: 'SnapshotFooterRecord',
  versions: [0, 0],
  flexible: 0,
  fields: { version: int16 },
})
export interface SnapshotFooterRecord extends Decoded<typeof snapshotFooterRecord> {}

export const votersRecord = message({
  name: 'VotersRecord',
  versions: [0, 0],
  flexible: 0,
  fields: {
    version: int16,
    voters: array({
      voterId: int32,
      voterDirectoryId: uuid,
      endpoints: array({ name: string, host: string, port: uint16 }),
      kRaftVersionFeature: struct({ minSupportedVersion: int16, maxSupportedVersion: int16 }),
    }),
  },
})
export interface VotersRecord extends Decoded<typeof votersRecord> {}
