import type { Timer } from '@ottla/runtime'
import type { ServerState } from './server-state.ts'

const mostMsBetween = 5000

/** Looks after connections that have gone quiet or are stuck, with one timer for all of them. */
export class ConnectionSweep {
  private readonly server: ServerState
  private readonly everyMs: number
  private timer: Timer | undefined

  constructor(server: ServerState) {
    this.server = server
    const { connectionsMaxIdleMs, stuckConnectionMs } = server.settings
    this.everyMs = Math.max(10, Math.min(mostMsBetween, connectionsMaxIdleMs / 2, stuckConnectionMs / 2))
    this.schedule()
  }

  stop(): void {
    this.timer?.cancel()
  }

  private schedule(): void {
    this.timer = this.server.runtime.timer(this.everyMs, () => {
      this.sweep(this.server.runtime.monotonic())
      this.schedule()
    })
  }

  private sweep(now: number): void {
    const { connectionsMaxIdleMs, stuckConnectionMs } = this.server.settings
    for (const connection of [...this.server.connections]) {
      if (now - (connection.stuckSinceMs ?? now) > stuckConnectionMs)
        connection.close(`it has not read anything of its answers for ${stuckConnectionMs} ms`)
      else if (connection === this.server.requestMemory.awaited && now - connection.lastActiveMs > stuckConnectionMs)
        connection.close(`it left a request unfinished for ${stuckConnectionMs} ms while others wait for memory`)
      else if (!connection.busy && now - connection.lastActiveMs > connectionsMaxIdleMs) connection.closeIdle()
    }
  }
}
