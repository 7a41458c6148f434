import { type Command, Option } from 'commander'
import { type Place, partitions, place, positive } from './argument-values.ts'
import { addConnectionOptions, type ConnectionArguments } from './connection-options.ts'

/** What `ottla consume` was asked for. */
export interface ConsumeArguments extends ConnectionArguments {
  readonly group?: string
  readonly from: Place
  readonly partition?: readonly number[]
  readonly count?: number
  readonly untilEnd?: true
  readonly pattern?: true
  readonly format?: string
  readonly json?: true
  readonly isolation: 'read_uncommitted' | 'read_committed'
}

export type Consume = (topics: readonly string[], options: ConsumeArguments) => Promise<void>

const examples = `
Examples:
  ottla consume orders                      all there is, then what comes
  ottla consume orders --from -1h -e --json the last hour as NDJSON
  ottla consume orders --group billing      as a member of a group
  ottla consume 'orders-.*' --pattern --format '{topic} {key} {value}'

Ctrl-C ends; a member of a group then commits what was printed, and leaves.
With --group, --from counts only where the group has committed nothing;
"ottla group reset" moves a group.

Placeholders of --format: {topic} {partition} {offset} {key} {value} {headers}
{timestamp}, and {timestamp:ms} as a number; {key:base64} {key:hex}
{value:base64} {value:hex} show bytes. \\t and \\n are tab and line break. Null
is shown as "null".

A record of --json: {"topic", "partition", "offset", "timestamp", "key",
"value", "headers": [{"name", "value"}]}. What is not UTF-8 is base64, and
"keyEncoding", "valueEncoding" or a header's "encoding" says so.`

export function addConsume(ottla: Command, consume: Consume): void {
  const command = ottla
    .command('consume')
    .summary('print the records of topics')
    .description('Prints the records of topics.')
    .argument('<TOPIC...>', 'the topics')
    .option('--json', 'print a JSON object a line')
    .addOption(new Option('-f, --format <TEMPLATE>', 'print this for each record (default: {value})').conflicts('json'))
    .option('-g, --group <NAME>', 'read as a member of this group, and commit')
    .addOption(
      new Option('--from <WHERE>', 'beginning, end, an offset, a time (2026-01-31T12:00:00Z), or how long ago (-1h)')
        .argParser(place)
        .default('beginning'),
    )
    .addOption(
      new Option('-p, --partition <NUMBERS>', 'only these: 3, or 0,2, or 0-5; without a group')
        .argParser(partitions)
        .conflicts('group'),
    )
    .addOption(new Option('-n, --count <NUMBER>', 'stop after so many records').argParser(positive))
    .option('-e, --until-end', 'stop at what is the end now')
    .option('--pattern', 'the topics are regular expressions, for whole names')
    .addOption(
      new Option('--isolation <LEVEL>', 'read_committed: only what transactions have committed')
        .choices(['read_uncommitted', 'read_committed'])
        .default('read_uncommitted'),
    )
  addConnectionOptions(command).addHelpText('after', examples).action(consume)
}
