/** What ends a command, in a sentence for the person who gave it. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError'
}

/** The command was given in a way that can not work; it says what to write instead. */
export class UsageError extends CommandError {
  override readonly name = 'UsageError'
}
