import type { Runtime } from '@ottla/runtime'
import { logLevel } from './enums.ts'
import type { LogEntry, Logger, logCreator } from './types/logging.ts'

type Label = 'ERROR' | 'WARN' | 'INFO' | 'DEBUG'

const write: Partial<Record<logLevel, (line: string) => void>> = {
  [logLevel.ERROR]: (line) => console.error(line),
  [logLevel.WARN]: (line) => console.warn(line),
  [logLevel.INFO]: (line) => console.info(line),
  [logLevel.DEBUG]: (line) => console.log(line),
}

/** Writes each entry as a line of JSON to the console. */
export const consoleLog: logCreator =
  () =>
  ({ namespace, level, label, log }: LogEntry) => {
    const message = namespace ? `[${namespace}] ${log.message}` : log.message
    write[level]?.(JSON.stringify({ level: label, ...log, message }))
  }

/** `KAFKAJS_LOG_LEVEL` overrules what the program says. */
function levelOf<L extends logLevel | undefined>(level: L): logLevel | L {
  const name = process.env.KAFKAJS_LOG_LEVEL?.toUpperCase() ?? ''
  return Object.hasOwn(logLevel, name) ? (logLevel as unknown as Record<string, logLevel>)[name]! : level
}

export interface LoggerOptions {
  readonly level: logLevel
  readonly creator: logCreator
  readonly runtime: Runtime
}

export function createLogger({ level, creator, runtime }: LoggerOptions): Logger {
  let common = levelOf(level)
  const log = creator(common)
  const named = (namespace: string | undefined, own: logLevel | undefined): Logger => {
    const writer =
      (label: Label) =>
      (message: string, extra: object = {}): void => {
        if (logLevel[label] > (own ?? common)) return
        const timestamp = new Date(runtime.now()).toISOString()
        const content = { timestamp, logger: 'kafkajs', message, ...extra }
        log({ namespace: namespace as string, level: logLevel[label], label, log: content })
      }
    return {
      info: writer('INFO'),
      error: writer('ERROR'),
      warn: writer('WARN'),
      debug: writer('DEBUG'),
      namespace: (name, level) => named(name, levelOf(level)),
      setLogLevel: (level) => {
        common = level
      },
    }
  }
  return named(undefined, undefined)
}
