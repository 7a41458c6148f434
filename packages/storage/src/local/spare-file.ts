import { join } from 'node:path'
import type { Runtime } from '@ottla/runtime'

const spareFileName = 'spare'
const pieceBytes = 1024 * 1024

export interface PreparedFile {
  readonly path: string
  /** So far its blocks are there. */
  readonly bytes: number
}

/**
 * A file for the commit log to go on in, whose blocks are there: a durable write into those need not wait for the file
 * system's journal, and takes half the time or less. It was a commit file before, or is made of zeros. What it holds says
 * nothing.
 */
export class SpareFile {
  readonly #runtime: Runtime
  readonly #directory: string
  #bytes = 0
  #changing: Promise<void> | undefined = undefined
  #stopped = false
  /** Its name stands for the file that was handed over, until that has another one. */
  #handedOver = false
  #closed = false

  private constructor(runtime: Runtime, directory: string) {
    this.#runtime = runtime
    this.#directory = directory
  }

  /** What an earlier run left. */
  static async find(runtime: Runtime, directory: string): Promise<SpareFile> {
    const spare = new SpareFile(runtime, directory)
    spare.#bytes = (await runtime.files.size(spare.#path)) ?? 0
    return spare
  }

  get #path(): string {
    return join(this.#directory, spareFileName)
  }

  get isReady(): boolean {
    return this.#bytes > 0 && this.#changing === undefined && !this.#handedOver && !this.#closed
  }

  /** Hands it over, if there is one, until `use` is done: it gives the file another name, or removes it. */
  async handOver(use: (spare: PreparedFile | undefined) => Promise<void>): Promise<void> {
    if (!this.isReady) return use(undefined)
    this.#handedOver = true
    const bytes = this.#bytes
    this.#bytes = 0
    try {
      await use({ path: this.#path, bytes })
    } finally {
      this.#handedOver = false
    }
  }

  /** A commit file is not needed any more: it becomes the spare one if it is larger than what is there, or goes. */
  async keep({ path, bytes }: PreparedFile): Promise<void> {
    // Making one costs more than to take what comes for free.
    this.#stopped = true
    await this.#changing?.catch(() => {})
    if (this.#closed || this.#handedOver || bytes <= this.#bytes) return this.#runtime.files.remove(path)
    await this.#change(async () => {
      this.#bytes = 0
      await this.#runtime.files.rename(path, this.#path)
      // Its old name must be gone before its header is written over.
      await this.#runtime.files.syncDirectory(this.#directory)
      this.#bytes = bytes
    })
  }

  /** Makes one in the background, unless there is one. */
  make(bytes: number): void {
    if (this.#changing !== undefined || this.#handedOver || this.#bytes > 0 || this.#closed) return
    this.#stopped = false
    // The disk may be full. A commit file does without.
    void this.#change(() => this.#make(bytes)).catch(() => this.#runtime.files.remove(this.#path).catch(() => {}))
  }

  async #make(bytes: number): Promise<void> {
    const file = await this.#runtime.files.open(this.#path, 'write')
    const zeros = Buffer.alloc(Math.min(bytes, pieceBytes))
    let written = 0
    try {
      while (written < bytes && !this.#stopped) {
        await file.write(written, [zeros])
        // Piece by piece: one long sync would hold up the entries that are written meanwhile.
        await file.sync()
        written += zeros.length
      }
    } finally {
      await file.close()
    }
    this.#bytes = written
  }

  async #change(change: () => Promise<void>): Promise<void> {
    this.#changing = change().finally(() => {
      this.#changing = undefined
    })
    return this.#changing
  }

  /** Hands out nothing and keeps nothing any more. */
  async close(): Promise<void> {
    this.#closed = this.#stopped = true
    await this.#changing?.catch(() => {})
  }
}
