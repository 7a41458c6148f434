import type { Log, LogLevel } from '@ottla/runtime'

const ranks: Readonly<Record<LogLevel, number>> = { trace: 10, debug: 20, info: 30, warn: 40, error: 50 }
export const logLevels = Object.keys(ranks) as readonly LogLevel[]

interface Line {
  readonly time: number
  readonly level: LogLevel
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

/**
 * Log lines on stderr: for people on a terminal, as JSON otherwise. The library that writes JSON is loaded with the
 * first line, because most starts have none and should not wait for it.
 */
export class ProcessLog implements Log {
  readonly #least: number
  readonly #now: () => number
  readonly #write: (line: Line) => void
  #written: Promise<void> = Promise.resolve()

  constructor(options: { readonly least: LogLevel; readonly terminal: boolean; readonly now: () => number }) {
    this.#least = ranks[options.least]
    this.#now = options.now
    this.#write = options.terminal ? writeForPeople : (line) => this.#writeLater(line)
  }

  enabled(level: LogLevel): boolean {
    return ranks[level] >= this.#least
  }

  write(level: LogLevel, message: string, fields: Readonly<Record<string, unknown>> = {}): void {
    if (this.enabled(level)) this.#write({ time: this.#now(), level, message, fields })
  }

  /** Resolves when all lines so far are out. */
  flushed(): Promise<void> {
    return this.#written
  }

  #writeLater(line: Line): void {
    const { time, level, message, fields } = line
    const write = async () => (await jsonLogger())[level]({ time, ...fields }, message)
    // Whatever keeps the library from being loaded must not keep the line from being read.
    this.#written = this.#written.then(write).catch(() => writeForPeople(line))
  }
}

let logger: Promise<Record<LogLevel, (fields: object, message: string) => void>> | undefined

/** Levels were looked at before; the time is that of the line, not of its writing. */
function jsonLogger() {
  logger ??= import('pino').then(({ pino }) => {
    const destination = pino.destination({ dest: 2, sync: true })
    return pino({ level: 'trace', timestamp: false, base: { pid: process.pid } }, destination)
  })
  return logger
}

function writeForPeople({ time, level, message, fields }: Line): void {
  const clock = new Date(time).toISOString().slice(11, 23)
  const words = Object.entries(fields).map(([name, value]) => ` ${name}=${textOf(value)}`)
  process.stderr.write(`${clock} ${level.toUpperCase().padEnd(5)} ${message}${words.join('')}\n`)
}

function textOf(value: unknown): string {
  if (value instanceof Error) return `${value.stack ?? value.message}`
  return typeof value === 'string' ? value : JSON.stringify(value)
}
