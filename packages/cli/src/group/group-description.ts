import type { GroupDescription } from '@ottla/client'
import type { GroupDescribeArguments } from '../arguments/group-arguments.ts'
import { runSession } from '../session/session.ts'
import { printJson, printLine } from '../terminal/output.ts'
import { countText } from '../terminal/quantities.ts'
import { bold, table } from '../terminal/table.ts'
import { type GroupPartition, groupPartitions } from './group-offsets.ts'
import { findGroup, missingGroup } from './known-group.ts'

/** `ottla group describe`. */
export function describeGroups(names: readonly string[], options: GroupDescribeArguments): Promise<void> {
  return runSession(options, async ({ admin }) => {
    const groups = await Promise.all(
      names.map(async (name) => {
        const group = await findGroup(admin, name)
        if (group === undefined) throw missingGroup(name)
        return { group, partitions: await groupPartitions(admin, group) }
      }),
    )
    if (options.json === true) return printJson(groups.map(({ group, partitions }) => jsonOf(group, partitions)))
    return printLine(groups.map(({ group, partitions }) => textOf(group, partitions)).join('\n\n'))
  })
}

const jsonOf = (group: GroupDescription, partitions: readonly GroupPartition[]) => ({
  group: group.groupId,
  type: group.type,
  state: group.state,
  assignor: group.assignor,
  coordinator: group.coordinator,
  members: group.members.map(({ memberId, groupInstanceId, clientId, host, assignment }) => ({
    memberId,
    groupInstanceId,
    clientId,
    host,
    assignment,
  })),
  partitions: partitions.map(({ member, ...rest }) => ({
    ...rest,
    memberId: member === null ? null : group.members[member]!.memberId,
  })),
})

/** Ids of members are long, so the partitions name members by their number in the list. */
function textOf(group: GroupDescription, partitions: readonly GroupPartition[]): string {
  const { groupId, type, state, assignor, coordinator, members } = group
  const about = [
    state,
    type,
    ...(assignor === '' ? [] : [assignor]),
    countText(members.length, 'member'),
    `coordinator ${coordinator}`,
  ]
  const parts = [`${bold(groupId)}  ${about.join(', ')}`]
  if (members.length > 0) parts.push(membersTable(group))
  parts.push(partitions.length === 0 ? 'It has committed nothing.' : partitionsTable(partitions))
  return parts.join('\n\n')
}

const membersTable = ({ members }: GroupDescription) =>
  table(
    [{ head: 'MEMBER', isNumber: true }, { head: 'CLIENT' }, { head: 'HOST' }, { head: 'ID' }],
    members.map(({ clientId, host, groupInstanceId, memberId }, index) => [
      index + 1,
      clientId,
      host.replace(/^\//, ''),
      groupInstanceId === null ? memberId : `${groupInstanceId} (static)`,
    ]),
  )

const partitionsTable = (partitions: readonly GroupPartition[]) =>
  table(
    [
      { head: 'TOPIC' },
      { head: 'PARTITION', isNumber: true },
      { head: 'COMMITTED', isNumber: true },
      { head: 'END', isNumber: true },
      { head: 'LAG', isNumber: true },
      { head: 'MEMBER', isNumber: true },
    ],
    partitions.map(({ topic, partition, committed, end, lag, member }) => [
      ...[topic, partition, committed ?? '-', end ?? '-', lag ?? '-'],
      member === null ? '-' : member + 1,
    ]),
  )
