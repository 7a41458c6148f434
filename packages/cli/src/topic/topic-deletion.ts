import { OttlaError } from '@ottla/client'
import type { TopicDeleteArguments } from '../arguments/topic-arguments.ts'
import { runSession } from '../session/session.ts'
import { confirm } from '../terminal/confirmation.ts'
import { printJson, printLine } from '../terminal/output.ts'
import { describeTopicsOrFail, explained } from './missing-topic.ts'

/** `ottla topic delete`. */
export function deleteTopics(names: readonly string[], options: TopicDeleteArguments): Promise<void> {
  const { ifExists = false, json = false } = options
  return runSession(options, async ({ admin }) => {
    // A wrong name among right ones is found before anything is gone.
    if (!ifExists) await describeTopicsOrFail(admin, names)
    const what =
      names.length === 1
        ? `topic ${names[0]} with all its records`
        : `${names.length} topics (${names.join(', ')}) with all their records`
    await confirm(`Delete ${what}?`, options)
    const outcomes: { topic: string; deleted: boolean }[] = []
    for (const topic of names) {
      const deleted = await admin.deleteTopics([topic]).then(
        () => true,
        (error: unknown) => {
          if (ifExists && error instanceof OttlaError && error.name === 'UNKNOWN_TOPIC_OR_PARTITION') return false
          throw explained(error)
        },
      )
      if (!json) await printLine(deleted ? `deleted topic ${topic}` : `there was no topic ${topic}`)
      outcomes.push({ topic, deleted })
    }
    if (json) await printJson(outcomes)
  })
}
