import { Command } from 'commander'
import { addConsume, type Consume } from './arguments/consume-arguments.ts'
import { addGroup, type GroupActions } from './arguments/group-arguments.ts'
import { addProduce, type Produce } from './arguments/produce-arguments.ts'
import { addStart, type StartArguments } from './arguments/start-arguments.ts'
import { addTopic, type TopicActions } from './arguments/topic-arguments.ts'
import { exitCodes } from './exit-codes.ts'

interface Actions {
  readonly version: string
  readonly start: (options: StartArguments) => Promise<void>
  readonly produce: Produce
  readonly consume: Consume
  readonly topic: TopicActions
  readonly group: GroupActions
}

const examples = `
Examples:
  ottla start                                  a broker on 127.0.0.1:9092
  echo 'hello' | ottla produce greetings
  ottla consume greetings
  ottla topic list

"ottla COMMAND --help" says more. Exit codes: 0 good, 1 failed, 2 wrong usage.`

/** The arguments of the program. */
export function program({ version, start, produce, consume, topic, group }: Actions): Command {
  const ottla = new Command('ottla')
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
  addStart(ottla, start)
  addProduce(ottla, produce)
  addConsume(ottla, consume)
  addTopic(ottla, topic)
  addGroup(ottla, group)
  return ottla
}
