import { type Admin, OttlaError, type TopicDescription } from '@ottla/client'
import { CommandError } from '../session/command-error.ts'

/** Topics by name, all of which must be there. */
export async function describeTopicsOrFail(admin: Admin, names: readonly string[]): Promise<TopicDescription[]> {
  return admin.describeTopics(names).catch((error) => {
    throw explained(error)
  })
}

/** Says of a topic that is not there what to do about it. */
export function explained(error: unknown): unknown {
  if (!(error instanceof OttlaError) || error.name !== 'UNKNOWN_TOPIC_OR_PARTITION') return error
  const { topic } = error
  const text = `there is no topic ${topic}; create it with \`ottla topic create ${topic}\`, or see \`ottla topic list\``
  return new CommandError(text, { cause: error })
}
