import { type CreatedTopic, OttlaError } from '@ottla/client'
import type { TopicCreateArguments } from '../arguments/topic-arguments.ts'
import { CommandError } from '../session/command-error.ts'
import { runSession } from '../session/session.ts'
import { printJson, printLine } from '../terminal/output.ts'
import { countText } from '../terminal/quantities.ts'

type Created = CreatedTopic & { readonly created: boolean }

/** `ottla topic create`. */
export function createTopics(names: readonly string[], options: TopicCreateArguments): Promise<void> {
  const { partitions, replicationFactor, set, ifNotExists = false, json = false } = options
  return runSession(options, async ({ admin }) => {
    const outcomes: Created[] = []
    for (const name of names) {
      const topic = {
        name,
        ...(partitions !== undefined && { partitions }),
        ...(replicationFactor !== undefined && { replicationFactor }),
        configs: Object.fromEntries(set),
      }
      const [created] = await admin.createTopics([topic]).catch((error: unknown) => {
        if (!(error instanceof OttlaError) || error.name !== 'TOPIC_ALREADY_EXISTS') throw error
        if (ifNotExists) return []
        throw new CommandError(`topic ${name} is there already; --if-not-exists lets that be`, { cause: error })
      })
      const outcome = {
        name,
        id: '',
        partitions: -1,
        replicationFactor: -1,
        ...created,
        created: created !== undefined,
      }
      if (!json) await printLine(sentence(outcome))
      outcomes.push(outcome)
    }
    if (json) await printJson(outcomes.map(jsonOf))
  })
}

function sentence({ name, partitions, created }: Created): string {
  if (!created) return `topic ${name} is there already`
  return `created topic ${name}${partitions > 0 ? ` with ${countText(partitions, 'partition')}` : ''}`
}

/** What the broker did not tell is null. */
const jsonOf = ({ name: topic, id, partitions, replicationFactor, created }: Created) => ({
  topic,
  created,
  id: id === '' ? null : id,
  partitions: partitions < 0 ? null : partitions,
  replicationFactor: replicationFactor < 0 ? null : replicationFactor,
})
