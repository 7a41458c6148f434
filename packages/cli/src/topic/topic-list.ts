import type { TopicListArguments } from '../arguments/topic-arguments.ts'
import { runSession } from '../session/session.ts'
import { printJson, printLine } from '../terminal/output.ts'
import { table } from '../terminal/table.ts'

/** `ottla topic list`. */
export function listTopics(options: TopicListArguments): Promise<void> {
  return runSession(options, async ({ admin }) => {
    const topics = await admin.listTopics({ includeInternal: options.internal ?? false })
    if (options.json === true)
      return printJson(
        topics.map(({ name: topic, id, partitions, isInternal }) => ({ topic, id, partitions, internal: isInternal })),
      )
    if (topics.length === 0) return printLine('There are no topics; `ottla topic create NAME` makes one.')
    const columns = [{ head: 'TOPIC' }, { head: 'PARTITIONS', isNumber: true }]
    return printLine(
      table(
        columns,
        topics.map(({ name, partitions }) => [name, partitions]),
      ),
    )
  })
}
