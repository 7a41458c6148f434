import { type DirectoryLock, DirectoryLockedError, type File, type FileSystem } from '@ottla/runtime'

/**
 * Files in memory, for a broker that keeps nothing: the same log code runs over them, and all is gone with the object.
 * Nothing here waits, and a sync has nothing to do.
 */
export function memoryFiles(): FileSystem {
  const contents = new Map<string, MemoryFile>()
  const locked = new Set<string>()
  const existing = (path: string) => {
    const file = contents.get(path)
    if (file === undefined) throw notFound(path)
    return file
  }
  return {
    async open(path, mode) {
      if (mode === 'read') return existing(path)
      const file = contents.get(path) ?? new MemoryFile()
      contents.set(path, file)
      return file
    },
    async list(directory) {
      const prefix = below(directory)
      const names = [...contents.keys()]
        .filter((path) => path.startsWith(prefix))
        .map((path) => path.slice(prefix.length).split(/[/\\]/)[0]!)
      return [...new Set(names)]
    },
    async makeDirectory() {},
    async size(path) {
      return contents.get(path)?.size
    },
    async readFile(path) {
      return existing(path).content()
    },
    async remove(path) {
      contents.delete(path)
    },
    async removeTree(directory) {
      for (const path of contents.keys()) if (path.startsWith(below(directory))) contents.delete(path)
    },
    async rename(from, to) {
      contents.set(to, existing(from))
      contents.delete(from)
    },
    async syncDirectory() {},
    async lock(directory): Promise<DirectoryLock> {
      if (locked.has(directory)) throw new DirectoryLockedError(directory)
      locked.add(directory)
      return { release: async () => void locked.delete(directory) }
    },
  }
}

const below = (directory: string) => (/[/\\]$/.test(directory) ? directory : `${directory}/`)

const notFound = (path: string) => Object.assign(new Error(`no such file: ${path}`), { code: 'ENOENT', path })

const firstCapacityBytes = 1024

/** Content in one buffer that doubles as it grows. Stays readable for those who have it open when it is removed. */
class MemoryFile implements File {
  size = 0
  #bytes = Buffer.alloc(0)

  content(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.size))
  }

  async read(position: number, length: number): Promise<Buffer> {
    return Buffer.from(this.#bytes.subarray(Math.min(position, this.size), Math.min(position + length, this.size)))
  }

  async write(position: number, buffers: readonly Uint8Array[]): Promise<void> {
    const end = buffers.reduce((at, buffer) => at + buffer.length, position)
    this.#reserve(end)
    // What lies between the old end and the position is zeros, as on a disk.
    if (position > this.size) this.#bytes.fill(0, this.size, position)
    let at = position
    for (const buffer of buffers) {
      this.#bytes.set(buffer, at)
      at += buffer.length
    }
    this.size = Math.max(this.size, end)
  }

  async truncate(size: number): Promise<void> {
    this.#reserve(size)
    if (size > this.size) this.#bytes.fill(0, this.size, size)
    this.size = size
  }

  async sync(): Promise<void> {}
  async close(): Promise<void> {}

  #reserve(bytes: number): void {
    if (bytes <= this.#bytes.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(bytes, this.#bytes.length * 2, firstCapacityBytes))
    this.#bytes.copy(grown, 0, 0, this.size)
    this.#bytes = grown
  }
}
