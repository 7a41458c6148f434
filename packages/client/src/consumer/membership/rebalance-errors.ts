import type { OttlaError, OttlaErrorName } from '../../ottla-error.ts'

/** What requests of a member run into while its group rebalances, or goes on without it; the membership sees to that. */
const names = new Set<OttlaErrorName>([
  'REBALANCE_IN_PROGRESS',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'STALE_MEMBER_EPOCH',
  'FENCED_MEMBER_EPOCH',
])

export const isRebalance = (error: OttlaError): boolean => names.has(error.name)
