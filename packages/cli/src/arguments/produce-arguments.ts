import { type Command, Option } from 'commander'
import { count, pair } from './argument-values.ts'
import { addConnectionOptions, type ConnectionArguments } from './connection-options.ts'

export type ValueFormat = 'text' | 'json' | 'base64'

/** What `ottla produce` was asked for. */
export interface ProduceArguments extends ConnectionArguments {
  readonly json?: true
  readonly key?: string
  readonly keySeparator?: string
  readonly keyFormat: ValueFormat
  readonly valueFormat: ValueFormat
  readonly header?: readonly (readonly [string, string])[]
  readonly null?: string
  readonly partition?: number
  readonly anyPartition?: true
  readonly compression: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'
  readonly acks: 'all' | '1' | '0'
}

export type Produce = (topic: string, file: string | undefined, options: ProduceArguments) => Promise<void>

const examples = `
Examples:
  echo 'hello' | ottla produce greetings                  one record a line
  ottla produce orders --key-separator : < orders.txt     lines like "o-1:{...}"
  ottla produce orders orders.ndjson --json               of "consume --json"
  echo NULL | ottla produce users --key u-7 --null NULL   a tombstone

A record of --json is an object with "value", and any of "key", "headers",
"partition", "timestamp". Keys and values are text, null, or any other JSON;
with "keyEncoding" or "valueEncoding": "base64" they are bytes. Headers are a
list of {"name", "value"}, or an object.

Ctrl-C ends, with all that was read being written.`

export function addProduce(ottla: Command, produce: Produce): void {
  const formats: readonly ValueFormat[] = ['text', 'json', 'base64']
  const command = ottla
    .command('produce')
    .summary('write records to a topic')
    .description('Writes records to a topic, from stdin or a file: one a line.')
    .argument('<TOPIC>', 'the topic; brokers that are set up so create it')
    .argument('[FILE]', 'the file to read; stdin, if it is left out or -')
    .addOption(
      new Option(
        '--json',
        'each line is a record as "ottla consume --json" prints it; the summary is JSON, too',
      ).conflicts(['keySeparator', 'keyFormat', 'valueFormat', 'null']),
    )
    .option('--key <TEXT>', 'the key of every record')
    .addOption(new Option('--key-separator <TEXT>', 'what stands between key and value in a line').conflicts('key'))
    .addOption(new Option('--key-format <FORMAT>', 'what keys are written as').choices(formats).default('text'))
    .addOption(new Option('--value-format <FORMAT>', 'what values are written as').choices(formats).default('text'))
    .addOption(
      new Option('--header <name=value>', 'a header of every record; may be given several times').argParser(pair),
    )
    .option('--null <TEXT>', 'a key or value that is just this text is null; a null value is a tombstone')
    .addOption(
      new Option('-p, --partition <NUMBER>', 'where all records go; without it, the key decides').argParser(count),
    )
    .option('--any-partition', 'let the key decide, not the partition that a record of --json names')
    .addOption(
      new Option('--compression <CODEC>', 'of the batches')
        .choices(['none', 'gzip', 'snappy', 'lz4', 'zstd'])
        .default('none'),
    )
    .addOption(
      new Option('--acks <WHO>', 'who must have a record: all replicas in sync, the leader, nobody')
        .choices(['all', '1', '0'])
        .default('all'),
    )
  addConnectionOptions(command).addHelpText('after', examples).action(produce)
}
