/** How much a log line matters, least first. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error'

/** Where log lines go. `fields` name the things concerned: topic, partition, group, file, err. */
export interface Log {
  enabled(level: LogLevel): boolean
  write(level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>): void
}

export const silentLog: Log = { enabled: () => false, write() {} }
