import type { OttlaErrorName } from '../../ottla-error.ts'

/**
 * What an error of a heartbeat leads to, in groups whose broker assigns (KIP-848, KIP-932).
 *   retry         the same again after a pause.
 *   coordinator   another broker coordinates the group now: look for it, then the same again.
 *   fenced        the group went on without this member: its partitions are lost; join again.
 *   fail          nothing helps but a person.
 */
export type GroupReaction = 'retry' | 'coordinator' | 'fenced' | 'fail'

const reactions: Partial<Record<OttlaErrorName, GroupReaction>> = {
  COORDINATOR_LOAD_IN_PROGRESS: 'retry',
  NOT_COORDINATOR: 'coordinator',
  COORDINATOR_NOT_AVAILABLE: 'coordinator',
  NETWORK_EXCEPTION: 'coordinator',
  REQUEST_TIMED_OUT: 'coordinator',
  BROKER_NOT_AVAILABLE: 'coordinator',
  UNKNOWN_MEMBER_ID: 'fenced',
  FENCED_MEMBER_EPOCH: 'fenced',
  // The instance id is in use: it is free when its owner leaves, or its session is over.
  UNRELEASED_INSTANCE_ID: 'fail',
}

export const groupReaction = (error: { name: OttlaErrorName; retriable: boolean }): GroupReaction =>
  reactions[error.name] ?? (error.retriable ? 'retry' : 'fail')
