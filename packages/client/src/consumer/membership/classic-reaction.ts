import type { OttlaErrorName } from '../../ottla-error.ts'

/**
 * What an error of the classic group protocol leads to.
 *   retry         the same again after a pause.
 *   rejoin        the group rebalances: join again as the same member.
 *   coordinator   another broker coordinates the group now: look for it, then join again as the same member.
 *   expelled      the generation went on without this member: its partitions are lost; join again.
 *   forgotten     the group does not know this member: the same, and as a new member.
 *   fail          nothing helps but a person.
 */
export type ClassicReaction = 'retry' | 'rejoin' | 'coordinator' | 'expelled' | 'forgotten' | 'fail'

const reactions: Partial<Record<OttlaErrorName, ClassicReaction>> = {
  COORDINATOR_LOAD_IN_PROGRESS: 'retry',
  REBALANCE_IN_PROGRESS: 'rejoin',
  ILLEGAL_GENERATION: 'expelled',
  UNKNOWN_MEMBER_ID: 'forgotten',
  NOT_COORDINATOR: 'coordinator',
  COORDINATOR_NOT_AVAILABLE: 'coordinator',
  NETWORK_EXCEPTION: 'coordinator',
  REQUEST_TIMED_OUT: 'coordinator',
  BROKER_NOT_AVAILABLE: 'coordinator',
  // Another process with the same instance id has taken over: two of them must not fight for it.
  FENCED_INSTANCE_ID: 'fail',
}

export const classicReaction = (error: { name: OttlaErrorName; retriable: boolean }): ClassicReaction =>
  reactions[error.name] ?? (error.retriable ? 'retry' : 'fail')
