import type { File, FileSystem } from '@ottla/runtime'

interface CachedFile {
  readonly opened: Promise<File>
  users: number
  /** Closed as soon as nobody reads it. */
  retired: boolean
}

/** Files open for reading: the last ones used, so that ten thousand partitions do with few descriptors. */
export class FileCache {
  readonly #files: FileSystem
  readonly #limit: number
  // In the order of their use.
  readonly #cached = new Map<string, CachedFile>()
  readonly #closing = new Set<Promise<void>>()
  readonly #reading = new Set<Promise<unknown>>()

  constructor(files: FileSystem, limit: number) {
    this.#files = files
    this.#limit = limit
  }

  withFile<T>(path: string, use: (file: File) => Promise<T>): Promise<T> {
    const result = this.#use(path, use)
    const reading: Promise<unknown> = result.then(
      () => this.#reading.delete(reading),
      () => this.#reading.delete(reading),
    )
    this.#reading.add(reading)
    return result
  }

  async #use<T>(path: string, use: (file: File) => Promise<T>): Promise<T> {
    const cached = this.#take(path)
    try {
      return await use(await cached.opened)
    } catch (error) {
      // The next reader opens it anew.
      this.#retire(path, cached)
      throw error
    } finally {
      cached.users--
      if (cached.retired) this.#closeIfUnused(cached)
    }
  }

  /** The file is going to be removed. */
  forget(path: string): void {
    const cached = this.#cached.get(path)
    if (cached !== undefined) this.#retire(path, cached)
  }

  /** Waits for those who read. */
  async close(): Promise<void> {
    for (const [path, cached] of this.#cached) this.#retire(path, cached)
    while (this.#closing.size > 0 || this.#reading.size > 0) await Promise.all([...this.#closing, ...this.#reading])
  }

  #take(path: string): CachedFile {
    const known = this.#cached.get(path)
    const cached = known ?? { opened: this.#files.open(path, 'read'), users: 0, retired: false }
    cached.users++
    this.#cached.delete(path)
    this.#cached.set(path, cached)
    if (this.#cached.size > this.#limit) this.#evict()
    return cached
  }

  #evict(): void {
    for (const [path, cached] of this.#cached)
      if (cached.users === 0) {
        this.#retire(path, cached)
        return
      }
  }

  #retire(path: string, cached: CachedFile): void {
    if (this.#cached.get(path) === cached) this.#cached.delete(path)
    if (cached.retired) return
    cached.retired = true
    this.#closeIfUnused(cached)
  }

  #closeIfUnused(cached: CachedFile): void {
    if (cached.users > 0) return
    const closing = cached.opened
      .then((file) => file.close())
      .catch(() => {})
      .finally(() => this.#closing.delete(closing))
    this.#closing.add(closing)
  }
}
