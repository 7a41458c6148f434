import type { Log, Runtime } from '@ottla/runtime'

const windowMs = 10_000
const linesPerWindow = 20

/** Log lines that clients can cause at will: so many in a while, then one that counts the rest. */
export class LimitedLog {
  private readonly runtime: Runtime
  private windowStart = Number.NEGATIVE_INFINITY
  private lines = 0
  private suppressed = 0

  constructor(runtime: Runtime) {
    this.runtime = runtime
  }

  write: Log['write'] = (level, message, fields) => {
    const now = this.runtime.monotonic()
    if (now - this.windowStart > windowMs) this.nextWindow(now)
    if (this.lines++ < linesPerWindow) this.runtime.log.write(level, message, fields)
    else this.suppressed++
  }

  private nextWindow(now: number): void {
    if (this.suppressed > 0)
      this.runtime.log.write('warn', `${this.suppressed} more lines about connections were left out`)
    this.windowStart = now
    this.lines = 0
    this.suppressed = 0
  }
}
