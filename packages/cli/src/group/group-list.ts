import type { GroupListArguments } from '../arguments/group-arguments.ts'
import { runSession } from '../session/session.ts'
import { printJson, printLine } from '../terminal/output.ts'
import { table } from '../terminal/table.ts'

/** `ottla group list`. */
export function listGroups(options: GroupListArguments): Promise<void> {
  return runSession(options, async ({ admin }) => {
    const groups = await admin.listGroups()
    if (options.json === true) return printJson(groups.map(({ groupId, ...rest }) => ({ group: groupId, ...rest })))
    if (groups.length === 0) return printLine('There are no groups.')
    const columns = [{ head: 'GROUP' }, { head: 'STATE' }, { head: 'TYPE' }]
    return printLine(
      table(
        columns,
        groups.map(({ groupId, state, type }) => [groupId, state, type]),
      ),
    )
  })
}
