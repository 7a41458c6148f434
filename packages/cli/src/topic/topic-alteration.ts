import { type Admin, OttlaError } from '@ottla/client'
import type { TopicAlterArguments } from '../arguments/topic-arguments.ts'
import { CommandError } from '../session/command-error.ts'
import { runSession } from '../session/session.ts'
import { printJson, printLine } from '../terminal/output.ts'
import { countText } from '../terminal/quantities.ts'
import { describeTopicsOrFail } from './missing-topic.ts'

/** `ottla topic alter`. */
export function alterTopics(names: readonly string[], options: TopicAlterArguments): Promise<void> {
  const { partitions, set, deleteConfig = [], json = false } = options
  return runSession(options, async ({ admin }) => {
    await describeTopicsOrFail(admin, names)
    if (set.size > 0 || deleteConfig.length > 0)
      await admin.incrementalAlterConfigs(
        names.map((name) => ({ type: 'topic', name, set: Object.fromEntries(set), delete: deleteConfig })),
      )
    if (partitions !== undefined) for (const name of names) await addPartitions(admin, name, partitions)
    if (json) return printJson(names.map((topic) => ({ topic, altered: true })))
    const changes = [
      ...[...set].map(([key, value]) => `${key}=${value}`),
      ...deleteConfig.map((key) => `${key} back to its default`),
      ...(partitions === undefined ? [] : [countText(partitions, 'partition')]),
    ]
    for (const name of names) await printLine(`altered topic ${name}: ${changes.join(', ')}`)
  })
}

async function addPartitions(admin: Admin, name: string, count: number): Promise<void> {
  const [topic] = await describeTopicsOrFail(admin, [name])
  const present = topic!.partitions.length
  if (present > count)
    throw new CommandError(
      `topic ${name} has ${countText(present, 'partition')}, and can not have fewer; delete it and create it anew`,
    )
  if (present === count) return
  await admin.createPartitions({ [name]: count }).catch((error: unknown) => {
    if (error instanceof OttlaError) throw new CommandError(`topic ${name}: ${error.message}`, { cause: error })
    throw error
  })
}
