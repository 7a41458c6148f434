import { type Command, Option } from 'commander'
import { listItem, type Place, place, shift } from './argument-values.ts'
import { addConnectionOptions, type ConnectionArguments } from './connection-options.ts'

interface GroupArguments extends ConnectionArguments {
  readonly json?: true
}

export interface GroupListArguments extends GroupArguments {}

export interface GroupDescribeArguments extends GroupArguments {}

export interface GroupResetArguments extends GroupArguments {
  readonly to?: Place
  readonly shiftBy?: number
  /** `orders`, or `orders:3` for one partition. */
  readonly topic?: readonly string[]
  readonly dryRun?: true
}

export interface GroupDeleteArguments extends GroupArguments {
  readonly ifExists?: true
  readonly yes?: true
}

export interface GroupActions {
  list(options: GroupListArguments): Promise<void>
  describe(groups: readonly string[], options: GroupDescribeArguments): Promise<void>
  reset(group: string, options: GroupResetArguments): Promise<void>
  delete(groups: readonly string[], options: GroupDeleteArguments): Promise<void>
}

export function addGroup(ottla: Command, actions: GroupActions): void {
  const group = ottla
    .command('group')
    .summary('list, describe, reset and delete consumer groups')
    .description('Looks after consumer groups.')
    .helpCommand(false)
  addList(group, actions)
  addDescribe(group, actions)
  addReset(group, actions)
  addDelete(group, actions)
}

function addList(group: Command, { list }: GroupActions): void {
  const command = group
    .command('list')
    .summary('list groups')
    .description('Lists groups with their states.')
    .option('--json', 'print JSON')
  addConnectionOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  ottla group list
  ottla group list --json | jq -r '.[] | select(.state == "Empty") | .group'`,
    )
    .action(list)
}

function addDescribe(group: Command, { describe }: GroupActions): void {
  const command = group
    .command('describe')
    .summary('describe groups')
    .description('Describes groups: members, and how far each partition was read.')
    .argument('<GROUP...>', 'their names')
    .option('--json', 'print JSON')
  addConnectionOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  ottla group describe billing
  ottla group describe billing --json | jq '[.[0].partitions[].lag] | add'

COMMITTED is the offset of the next record that the group will read; LAG is how
many it has not read.`,
    )
    .action(describe)
}

function addReset(group: Command, { reset }: GroupActions): void {
  const command = group
    .command('reset')
    .summary('move a group to other offsets')
    .description('Moves a group, which must have no members, to other offsets.')
    .argument('<GROUP>', 'its name')
    .addOption(
      new Option('--to <WHERE>', 'beginning, end, an offset, a time (2026-01-31T12:00:00Z), or how long ago (-1h)')
        .argParser(place)
        .conflicts('shiftBy'),
    )
    .addOption(
      new Option('--shift-by <NUMBER>', 'so many records back (-10) or ahead (+10) of what is committed').argParser(
        shift,
      ),
    )
    .addOption(
      new Option(
        '--topic <TOPIC[:PARTITION]>',
        'only this; may be given several times (default: all it has read)',
      ).argParser(listItem),
    )
    .option('--dry-run', 'only show what would be done')
    .option('--json', 'print JSON')
  addConnectionOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  ottla group reset billing --to beginning --dry-run
  ottla group reset billing --to -1h --topic orders
  ottla group reset billing --shift-by -10 --topic orders:3

An offset that is not in the log becomes the nearest that is.`,
    )
    .action((name: string, options: GroupResetArguments) => {
      if (options.to === undefined && options.shiftBy === undefined)
        command.error('error: where to? Give --to beginning, --to end, --to OFFSET, --to TIME or --shift-by NUMBER')
      return reset(name, options)
    })
}

function addDelete(group: Command, actions: GroupActions): void {
  const command = group
    .command('delete')
    .summary('delete groups')
    .description('Deletes groups, which must have no members, with what they have committed.')
    .argument('<GROUP...>', 'their names')
    .option('-y, --yes', 'do not ask')
    .option('--if-exists', 'no error for groups that are not there')
    .option('--json', 'print JSON')
  addConnectionOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  ottla group delete billing
  ottla group delete billing reports --yes`,
    )
    .action(actions.delete)
}
