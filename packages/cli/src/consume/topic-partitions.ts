import type { Admin, TopicPartition } from '@ottla/client'
import type { ConsumeArguments } from '../arguments/consume-arguments.ts'
import { CommandError, UsageError } from '../session/command-error.ts'
import { countText } from '../terminal/quantities.ts'
import { describeTopicsOrFail } from '../topic/missing-topic.ts'

/** Regular expressions that match whole names. */
export function patternsOf(texts: readonly string[]): RegExp[] {
  return texts.map((text) => {
    try {
      return new RegExp(`^(?:${text})$`)
    } catch (error) {
      throw new UsageError(`not a regular expression: ${text} (${(error as Error).message})`)
    }
  })
}

/** The partitions that are meant, for reading without a group. */
export async function chosenPartitions(
  admin: Admin,
  names: readonly string[],
  options: ConsumeArguments,
): Promise<TopicPartition[]> {
  const topics = options.pattern === true ? await matchingTopics(admin, names) : await namedTopics(admin, names)
  return topics.flatMap(({ name: topic, partitions: count }) => {
    const wanted = options.partition ?? Array.from({ length: count }, (_, i) => i)
    const missing = wanted.find((partition) => partition >= count)
    if (missing !== undefined)
      throw new CommandError(
        `topic ${topic} has no partition ${missing}; it has ${countText(count, 'partition')}, from 0 on`,
      )
    return wanted.map((partition) => ({ topic, partition }))
  })
}

async function matchingTopics(admin: Admin, texts: readonly string[]) {
  const patterns = patternsOf(texts)
  const topics = (await admin.listTopics()).filter(({ name }) => patterns.some((pattern) => pattern.test(name)))
  if (topics.length === 0) throw new CommandError(`no topic matches ${texts.join(' or ')}; see \`ottla topic list\``)
  return topics
}

async function namedTopics(admin: Admin, names: readonly string[]) {
  const topics = await describeTopicsOrFail(admin, names)
  return topics.map(({ name, partitions }) => ({ name, partitions: partitions.length }))
}
