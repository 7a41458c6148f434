import type { Log, LogLevel } from '@ottla/runtime'

/** One thing that happened. The message is always the same for the same thing; `fields` name what is concerned. */
export interface LogLine {
  readonly level: LogLevel
  readonly message: string
  /** Such as `topic`, `partition`, `groupId`, `broker`, `err`. */
  readonly fields: Readonly<Record<string, unknown>>
}

/** Takes the lines that a client has to say. */
export type LogHook = (line: LogLine) => void

/** A hook that throws is a bug of its owner, who hears of it as of any other uncaught error. The client goes on. */
export const hookedLog = (hook: LogHook): Log => ({
  enabled: () => true,
  write(level, message, fields = {}) {
    try {
      hook({ level, message, fields })
    } catch (error) {
      queueMicrotask(() => {
        throw error
      })
    }
  },
})
