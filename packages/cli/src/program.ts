import { Command } from 'commander'
import { exitCodes } from './exit-codes.ts'

const examples = `
Examples:
  ottla start                                  a broker on 127.0.0.1:9092
  echo 'hello' | ottla produce greetings
  ottla consume greetings
  ottla topic list

"ottla COMMAND --help" says more. Exit codes: 0 good, 1 failed, 2 wrong usage.`

/** The program, without its commands. */
export function program(version: string): Command {
  return (
    new Command('ottla')
      .description('An event streaming broker that speaks the protocol of Kafka, and tools for it and for Kafka.')
      .version(version, '-V, --version', 'print the version')
      .helpOption('-h, --help', 'print this help')
      .helpCommand(false)
      .showSuggestionAfterError()
      .allowExcessArguments(false)
      .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'ottla: ')) })
      .addHelpText('after', examples)
      // The parser ends with 1 for everything that is wrong with its arguments.
      .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? exitCodes.good : exitCodes.wrongUsage))
  )
}
