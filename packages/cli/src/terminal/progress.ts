import type { Runtime, Timer } from '@ottla/runtime'

const intervalMs = 200

/** A line on a terminal's stderr that says how far a long work has come; nothing where stderr is no terminal. */
export class Progress {
  readonly #runtime: Runtime
  readonly #text: () => string
  #timer: Timer | undefined
  #isShown = false

  constructor(runtime: Runtime, text: () => string) {
    this.#runtime = runtime
    this.#text = text
    if (process.stderr.isTTY === true) this.#wait()
  }

  /** Takes the line away. */
  end(): void {
    this.#timer?.cancel()
    if (this.#isShown) process.stderr.write('\r\u001b[K')
  }

  #wait(): void {
    this.#timer = this.#runtime.timer(intervalMs, () => {
      this.#isShown = true
      process.stderr.write(`\r\u001b[K${this.#text()}`)
      this.#wait()
    })
  }
}
