import type { Admin, TopicPartition } from '@ottla/client'
import type { GroupResetArguments } from '../arguments/group-arguments.ts'
import { clamped, findPlaces, inOrder, partitionKey } from '../partitions/partition-place.ts'
import { CommandError, UsageError } from '../session/command-error.ts'
import { runSession } from '../session/session.ts'
import { printJson, printLine } from '../terminal/output.ts'
import { countText } from '../terminal/quantities.ts'
import { table } from '../terminal/table.ts'
import { describeTopicsOrFail } from '../topic/missing-topic.ts'
import { existing } from './group-offsets.ts'
import { findGroup, missingGroup } from './known-group.ts'

interface Move extends TopicPartition {
  /** What is committed; null if nothing is. */
  readonly before: number | null
  readonly after: number
}

/** `ottla group reset`. */
export function resetGroup(groupId: string, options: GroupResetArguments): Promise<void> {
  const { dryRun = false, json = false } = options
  return runSession(options, async ({ admin, runtime }) => {
    await refuseActive(admin, groupId, options)
    const moves = await plannedMoves(admin, groupId, { options, nowMs: runtime.now() })
    const offsets = moves.map(({ topic, partition, after: offset }) => ({ topic, partition, offset }))
    if (!dryRun) await admin.alterConsumerGroupOffsets(groupId, offsets)
    if (json) return printJson({ group: groupId, dryRun, partitions: moves })
    await printLine(movesTable(moves))
    await printLine(dryRun ? 'Nothing was changed (--dry-run).' : `moved group ${groupId}`)
  })
}

/** Its members would go on where they are, and commit that. A group that is not there yet may be given a place to begin. */
async function refuseActive(admin: Admin, groupId: string, { topic }: GroupResetArguments): Promise<void> {
  const group = await findGroup(admin, groupId)
  if (group === undefined) {
    if (topic === undefined) throw missingGroup(groupId)
    return
  }
  if (group.type === 'share')
    throw new CommandError(`group ${groupId} is a share group, whose offsets this command can not move`)
  const count = group.members.length
  if (count > 0)
    throw new CommandError(
      `group ${groupId} has ${countText(count, 'active member')}; stop them, then reset it (\`ottla group describe ${groupId}\` shows them)`,
    )
}

async function plannedMoves(
  admin: Admin,
  groupId: string,
  { options, nowMs }: { readonly options: GroupResetArguments; readonly nowMs: number },
): Promise<Move[]> {
  const committed = await admin.listConsumerGroupOffsets(groupId)
  const offsets = new Map(committed.map((each) => [partitionKey(each), each.offset]))
  const partitions = options.topic === undefined ? await existing(admin, committed) : await chosen(admin, options.topic)
  if (partitions.length === 0)
    throw new CommandError(`group ${groupId} has committed nothing; say with --topic what it is to read`)
  const places = await findPlaces(admin, partitions.toSorted(inOrder), { place: options.to ?? 'beginning', nowMs })
  return places.map(({ topic, partition, begin, end, offset }) => {
    const before = offsets.get(partitionKey({ topic, partition })) ?? null
    if (options.shiftBy === undefined) return { topic, partition, before, after: offset }
    if (before === null)
      throw new CommandError(
        `group ${groupId} has committed nothing in topic ${topic}, partition ${partition}; use --to`,
      )
    return { topic, partition, before, after: clamped(before + options.shiftBy, { begin, end }) }
  })
}

/** `orders` are all its partitions, `orders:3` is one. */
async function chosen(admin: Admin, texts: readonly string[]): Promise<TopicPartition[]> {
  const wanted = texts.map((text) => {
    const [, topic, partition] = /^([\w.-]+)(?::(\d+))?$/.exec(text) ?? []
    if (topic === undefined) throw new UsageError(`--topic ${text}: write TOPIC or TOPIC:PARTITION`)
    return { topic, partition: partition === undefined ? undefined : Number(partition) }
  })
  const described = await describeTopicsOrFail(admin, [...new Set(wanted.map(({ topic }) => topic))])
  const counts = new Map(described.map(({ name, partitions }) => [name, partitions.length]))
  const all = wanted.flatMap(({ topic, partition }) => {
    const count = counts.get(topic)!
    if (partition === undefined) return Array.from({ length: count }, (_, i) => ({ topic, partition: i }))
    if (partition < count) return [{ topic, partition }]
    throw new CommandError(
      `topic ${topic} has no partition ${partition}; it has ${countText(count, 'partition')}, from 0 on`,
    )
  })
  return [...new Map(all.map((each) => [partitionKey(each), each])).values()]
}

const movesTable = (moves: readonly Move[]) =>
  table(
    [
      { head: 'TOPIC' },
      { head: 'PARTITION', isNumber: true },
      { head: 'BEFORE', isNumber: true },
      { head: 'AFTER', isNumber: true },
    ],
    moves.map(({ topic, partition, before, after }) => [topic, partition, before ?? '-', after]),
  )
