import { type Command, Option } from 'commander'
import { listItem, positive, setting } from './argument-values.ts'
import { addConnectionOptions, type ConnectionArguments, configFileText } from './connection-options.ts'

interface TopicArguments extends ConnectionArguments {
  readonly json?: true
}

export interface TopicCreateArguments extends TopicArguments {
  readonly partitions?: number
  readonly replicationFactor?: number
  readonly set: ReadonlyMap<string, string>
  readonly ifNotExists?: true
}

export interface TopicListArguments extends TopicArguments {
  readonly internal?: true
}

export interface TopicDescribeArguments extends TopicArguments {
  readonly allConfigs?: true
}

export interface TopicAlterArguments extends TopicArguments {
  readonly partitions?: number
  readonly set: ReadonlyMap<string, string>
  readonly deleteConfig?: readonly string[]
}

export interface TopicDeleteArguments extends TopicArguments {
  readonly ifExists?: true
  readonly yes?: true
}

export interface TopicActions {
  create(topics: readonly string[], options: TopicCreateArguments): Promise<void>
  list(options: TopicListArguments): Promise<void>
  describe(topics: readonly string[], options: TopicDescribeArguments): Promise<void>
  alter(topics: readonly string[], options: TopicAlterArguments): Promise<void>
  delete(topics: readonly string[], options: TopicDeleteArguments): Promise<void>
}

export function addTopic(ottla: Command, actions: TopicActions): void {
  const topic = ottla
    .command('topic')
    .summary('create, list, describe, alter and delete topics')
    .description('Looks after topics.')
    .helpCommand(false)
  addCreate(topic, actions)
  addList(topic, actions)
  addDescribe(topic, actions)
  addAlter(topic, actions)
  addDelete(topic, actions)
}

/**
 * Here `--config` is a setting of the topic, and what is not of the form key=value is the file that all commands may
 * be given under this name.
 */
function addConfigOption(command: Command): Command {
  return addConnectionOptions(command, { withConfig: false })
    .optionsGroup('Options:')
    .addOption(
      new Option('--config <key=value>', 'a setting; may be given several times').argParser(
        (text, before: readonly string[] = []) => [...before, text],
      ),
    )
    .addHelpText('after', `\n--config FILE, without "=":   ${configFileText}`)
}

type WithSettings<T> = Omit<T, 'config' | 'set'> & { readonly config?: readonly string[] }

const isSetting = (text: string) => /^[\w.-]+=/.test(text)

/** The options of a command with `addConfigOption`, settings and file apart. */
function withSettings<T extends TopicArguments>({ config: texts = [], ...options }: WithSettings<T>): T {
  const settings = texts.filter(isSetting).reduce((before, text) => setting(text, before), noSettings)
  const config = texts.findLast((text) => !isSetting(text))
  return { ...options, set: settings, ...(config !== undefined && { config }) } as unknown as T
}

const noSettings: ReadonlyMap<string, string> = new Map()

function addCreate(topic: Command, { create }: TopicActions): void {
  const command = topic
    .command('create')
    .summary('create topics')
    .description('Creates topics.')
    .argument('<TOPIC...>', 'their names')
    .addOption(
      new Option('--partitions <NUMBER>', "how many (default: the broker's num.partitions)").argParser(positive),
    )
    .addOption(
      new Option(
        '--replication-factor <NUMBER>',
        'brokers that have each partition (default: as the broker says)',
      ).argParser(positive),
    )
    .option('--if-not-exists', 'leave topics alone that are there')
    .option('--json', 'print JSON')
  addConfigOption(command)
    .addHelpText(
      'after',
      `
Examples:
  ottla topic create orders --partitions 6
  ottla topic create users --config cleanup.policy=compact --if-not-exists`,
    )
    .action((topics: readonly string[], options: WithSettings<TopicCreateArguments>) =>
      create(topics, withSettings<TopicCreateArguments>(options)),
    )
}

function addList(topic: Command, { list }: TopicActions): void {
  const command = topic
    .command('list')
    .summary('list topics')
    .description('Lists topics with their numbers of partitions.')
    .option('--internal', 'those of the brokers themselves, too, such as __consumer_offsets')
    .option('--json', 'print JSON')
  addConnectionOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  ottla topic list
  ottla topic list --json | jq -r '.[].topic'`,
    )
    .action(list)
}

function addDescribe(topic: Command, { describe }: TopicActions): void {
  const command = topic
    .command('describe')
    .summary('describe topics')
    .description('Describes topics: settings, and leader, replicas, offsets and size of each partition.')
    .argument('<TOPIC...>', 'their names')
    .option('--all-configs', 'settings that have their default, too')
    .option('--json', 'print JSON')
  addConnectionOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  ottla topic describe orders
  ottla topic describe orders --json | jq '.[0].configs["retention.ms"].value'

Offsets of BEGIN and on, up to the one before END, are in the log. SIZE is that
of one replica.`,
    )
    .action(describe)
}

function addAlter(topic: Command, { alter }: TopicActions): void {
  const command = topic
    .command('alter')
    .summary('change topics')
    .description('Changes settings of topics, or adds partitions.')
    .argument('<TOPIC...>', 'their names')
    .addOption(new Option('--partitions <NUMBER>', 'how many there are to be in all').argParser(positive))
    .addOption(
      new Option('--delete-config <key>', 'back to its default; may be given several times').argParser(listItem),
    )
    .option('--json', 'print JSON')
  addConfigOption(command)
    .addHelpText(
      'after',
      `
Examples:
  ottla topic alter orders --partitions 12
  ottla topic alter orders --config retention.ms=86400000
  ottla topic alter orders --delete-config retention.ms`,
    )
    .action((topics: readonly string[], given: WithSettings<TopicAlterArguments>) => {
      const options = withSettings<TopicAlterArguments>(given)
      if (options.partitions === undefined && options.set.size === 0 && options.deleteConfig === undefined)
        command.error('error: nothing to change: give --partitions, --config key=value or --delete-config key')
      return alter(topics, options)
    })
}

function addDelete(topic: Command, actions: TopicActions): void {
  const command = topic
    .command('delete')
    .summary('delete topics')
    .description('Deletes topics with all their records.')
    .argument('<TOPIC...>', 'their names')
    .option('-y, --yes', 'do not ask')
    .option('--if-exists', 'no error for topics that are not there')
    .option('--json', 'print JSON')
  addConnectionOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  ottla topic delete orders
  ottla topic delete orders users --yes --if-exists`,
    )
    .action(actions.delete)
}
