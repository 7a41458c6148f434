import { type Command, Option } from 'commander'
import { durationMs } from './argument-values.ts'

/** What every command that talks to a broker is told of the way there. */
export interface ConnectionArguments {
  readonly bootstrap?: string
  /** A file with the settings of a Kafka client. */
  readonly config?: string
  readonly tls?: true
  readonly tlsCa?: string
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly tlsServerName?: string
  readonly tlsInsecure?: true
  readonly saslMechanism?: string
  readonly saslUsername?: string
  readonly saslPassword?: string
  readonly saslToken?: string
  readonly timeout: number
}

export const configFileText = 'settings of a Kafka client, such as sasl.jaas.config'

/** Adds the options that all of them have. `withConfig`: the command has a `--config` of its own. */
export function addConnectionOptions(command: Command, { withConfig = true } = {}): Command {
  const mechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER']
  command
    .optionsGroup('Connection:')
    .addOption(
      new Option('-b, --bootstrap <HOST:PORT>', 'a broker, or several with commas (default: 127.0.0.1:9092)').env(
        'OTTLA_BOOTSTRAP',
      ),
    )
  if (withConfig) command.option('--config <FILE>', configFileText)
  return command
    .option('--tls', 'speak TLS')
    .option('--tls-ca <FILE>', 'whom to trust, as PEM, instead of the usual authorities')
    .option('--tls-cert <FILE>', "this client's certificate, as PEM")
    .option('--tls-key <FILE>', "this client's key, as PEM")
    .option('--tls-server-name <NAME>', 'the name to find in the certificate of the broker')
    .option('--tls-insecure', 'take any certificate; for experiments only')
    .addOption(new Option('--sasl-mechanism <NAME>', 'how to log in').choices(mechanisms))
    .option('--sasl-username <NAME>', 'who logs in')
    .addOption(new Option('--sasl-password <TEXT>', 'the password').env('OTTLA_SASL_PASSWORD'))
    .addOption(new Option('--sasl-token <TEXT>', 'the token, for OAUTHBEARER').env('OTTLA_SASL_TOKEN'))
    .addOption(new Option('--timeout <DURATION>', 'give up after so long').argParser(durationMs).default(30_000, '30s'))
}
