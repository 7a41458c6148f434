import type { Address, LogLevel } from '@ottla/runtime'
import { type Command, Option } from 'commander'
import { logLevels } from '../start/process-log.ts'
import { address, directory, setting } from './argument-values.ts'

/** What `ottla start` was asked for. */
export interface StartArguments {
  readonly listen?: Address
  readonly data?: string
  readonly config?: string
  readonly set: ReadonlyMap<string, string>
  readonly advertise?: Address
  readonly logLevel: LogLevel
}

const examples = `
Examples:
  ottla start                                     its data in ./data
  ottla start --listen 127.0.0.1:0 --data /tmp/x  on a free port
  ottla start --listen 0.0.0.0:9092 --set num.partitions=6

Settings have Kafka's names; docs/configuration.md lists them.`

export function addStart(ottla: Command, start: (options: StartArguments) => Promise<void>): void {
  ottla
    .command('start')
    .summary('start a broker')
    .description('Starts a broker; it prints "ready kafka://HOST:PORT" when it serves, and stops on SIGTERM or SIGINT.')
    .addOption(
      new Option(
        '--listen <HOST:PORT>',
        'where to listen; port 0 takes a free one (default: 127.0.0.1:9092)',
      ).argParser(address),
    )
    .addOption(new Option('--data <DIR>', 'where the data is kept (default: ./data)').argParser(directory))
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
    .addHelpText('after', examples)
    .action((options: StartArguments) => start(options))
}
