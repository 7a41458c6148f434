import { ErrorCode, KafkaError } from '@ottla/protocol'
import type { RequestContext } from './handler.ts'

/** The code of what went wrong with one partition. What is no Kafka error is a defect: it goes to the log. */
export function errorCodeOf(error: unknown, context: RequestContext, what: string): number {
  if (error instanceof KafkaError) return error.code
  context.runtime.log.write('error', `${what} failed`, { err: error })
  return ErrorCode.UNKNOWN_SERVER_ERROR
}
