import { OttlaError } from '@ottla/client'
import type { GroupDeleteArguments } from '../arguments/group-arguments.ts'
import { CommandError } from '../session/command-error.ts'
import { runSession } from '../session/session.ts'
import { confirm } from '../terminal/confirmation.ts'
import { printJson, printLine } from '../terminal/output.ts'
import { missingGroup } from './known-group.ts'

/** `ottla group delete`. */
export function deleteGroups(names: readonly string[], options: GroupDeleteArguments): Promise<void> {
  const { ifExists = false, json = false } = options
  return runSession(options, async ({ admin }) => {
    const what =
      names.length === 1
        ? `group ${names[0]} with what it has`
        : `${names.length} groups (${names.join(', ')}) with what they have`
    await confirm(`Delete ${what} committed?`, options)
    const outcomes: { group: string; deleted: boolean }[] = []
    for (const group of names) {
      const deleted = await admin.deleteConsumerGroups([group]).then(
        () => true,
        (error: unknown) => {
          if (ifExists && error instanceof OttlaError && error.name === 'GROUP_ID_NOT_FOUND') return false
          throw explained(error, group)
        },
      )
      if (!json) await printLine(deleted ? `deleted group ${group}` : `there was no group ${group}`)
      outcomes.push({ group, deleted })
    }
    if (json) await printJson(outcomes)
  })
}

function explained(error: unknown, group: string): unknown {
  if (!(error instanceof OttlaError)) return error
  if (error.name === 'GROUP_ID_NOT_FOUND') return missingGroup(group)
  if (error.name !== 'NON_EMPTY_GROUP') return error
  return new CommandError(`group ${group} has members; stop them first (\`ottla group describe ${group}\` shows them)`)
}
