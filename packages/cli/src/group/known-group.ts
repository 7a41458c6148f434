import { type Admin, type GroupDescription, OttlaError } from '@ottla/client'
import { CommandError } from '../session/command-error.ts'

/** A group of any kind, or undefined if there is none of the name. */
export async function findGroup(admin: Admin, groupId: string): Promise<GroupDescription | undefined> {
  const listed = (await admin.listGroups()).find((group) => group.groupId === groupId)
  if (listed === undefined) return undefined
  try {
    const [group] = await (listed.type === 'share'
      ? admin.describeShareGroups([groupId])
      : admin.describeConsumerGroups([groupId]))
    return group
  } catch (error) {
    if (error instanceof OttlaError && error.name === 'GROUP_ID_NOT_FOUND') return undefined
    throw error
  }
}

export const missingGroup = (groupId: string): CommandError =>
  new CommandError(`there is no group ${groupId}; see \`ottla group list\``)
