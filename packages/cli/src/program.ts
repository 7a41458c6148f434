import type { Address, LogLevel } from '@ottla/runtime'
import { Command, InvalidArgumentError, Option } from 'commander'
import { parsedAddress } from 'ottla'
import { logLevels } from './process-log.ts'

/** What `ottla start` was asked for. */
export interface StartArguments {
  readonly listen?: Address
  readonly data?: string
  readonly config?: string
  readonly set: ReadonlyMap<string, string>
  readonly advertise?: Address
  readonly logLevel: LogLevel
}

interface Actions {
  readonly version: string
  start(options: StartArguments): Promise<void>
}

const examples = `
Examples:
  ottla start                                       a broker on 127.0.0.1:9092, its data in ./data
  ottla start --listen 127.0.0.1:0 --data /tmp/x    on a free port, told in the line "ready kafka://HOST:PORT"
  ottla start --listen 0.0.0.0:9092 --set num.partitions=6 --set log.retention.hours=24

Settings have Kafka's names; docs/configuration.md lists them.`

/** The arguments of the program. */
export function program({ version, start }: Actions): Command {
  const ottla = new Command('ottla')
    .description('An event streaming broker that speaks the protocol of Kafka.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .showSuggestionAfterError()
  ottla
    .command('start')
    .description('start a broker; it prints "ready kafka://HOST:PORT" when it serves, and stops on SIGTERM or SIGINT')
    .addOption(
      new Option(
        '--listen <HOST:PORT>',
        'where to listen; port 0 takes a free one (default: 127.0.0.1:9092)',
      ).argParser(address),
    )
    .option('--data <DIR>', 'where the data is kept (default: ./data)')
    .option('--config <FILE>', "settings, in the form of Kafka's server.properties")
    .addOption(
      new Option('--set <key=value>', 'one setting; may be given several times, and counts before the file')
        .argParser(setting)
        .default(new Map<string, string>(), 'none'),
    )
    .addOption(
      new Option(
        '--advertise <HOST:PORT>',
        'where clients are told to connect, for mapped ports (default: where they came to)',
      ).argParser(address),
    )
    .addOption(
      new Option('--log-level <LEVEL>', 'the least level of what is logged').choices(logLevels).default('info'),
    )
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', examples)
    .allowExcessArguments(false)
    .action(start)
  return ottla
}

function address(text: string): Address {
  const parsed = parsedAddress(text)
  if (parsed !== undefined && parsed.host !== '') return parsed
  throw new InvalidArgumentError('Write HOST:PORT, and [HOST]:PORT for IPv6.')
}

function setting(text: string, before: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const at = text.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('Write key=value.')
  return new Map(before).set(text.slice(0, at).trim(), text.slice(at + 1))
}
