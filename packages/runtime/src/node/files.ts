import { close, constants, fdatasync, ftruncate, open, read, writev } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { File, FileSystem } from '../files.ts'
import { lockDirectory } from './lock.ts'

/**
 * Not Node's own recursive form: where the parent is there and the answer is ENOENT all the same (in /proc, say), that
 * one never ends, and of a read-only file system it says ENOENT.
 */
async function makeDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const parent = dirname(directory)
    if (code === 'EEXIST' && (await stat(directory)).isDirectory()) return
    if (code !== 'ENOENT' || parent === directory || (await isDirectory(parent))) throw error
    await makeDirectory(parent)
    await mkdir(directory).catch(async (again: NodeJS.ErrnoException) => {
      if (again.code !== 'EEXIST') throw again
    })
  }
}

const isDirectory = async (path: string) => {
  try {
    return (await stat(path)).isDirectory()
  } catch {
    return false
  }
}

const isMissing = (error: unknown) => (error as NodeJS.ErrnoException).code === 'ENOENT'
const hasDsync = constants.O_DSYNC !== undefined

/** The disk. */
export const nodeFiles: FileSystem = {
  preparesBlocks: true,
  open: async (path, mode, options) => {
    const durable = options?.durable === true
    const flags =
      mode === 'read'
        ? constants.O_RDONLY
        : constants.O_RDWR | constants.O_CREAT | (durable && hasDsync ? constants.O_DSYNC : 0)
    const fd = await new Promise<number>((resolve, reject) =>
      open(path, flags, 0o644, (error, opened) => (error ? reject(error) : resolve(opened))),
    )
    return new NodeFile(fd, path, durable && !hasDsync)
  },

  async list(directory) {
    try {
      return await readdir(directory)
    } catch (error) {
      if (isMissing(error)) return []
      throw error
    }
  },

  makeDirectory,

  async space(directory) {
    const { bsize, blocks, bavail } = await statfs(directory)
    return { totalBytes: bsize * blocks, freeBytes: bsize * bavail }
  },

  async size(path) {
    try {
      return (await stat(path)).size
    } catch (error) {
      if (isMissing(error)) return undefined
      throw error
    }
  },

  readFile: (path) => readFile(path),
  remove: (path) => rm(path, { force: true }),
  removeTree: (directory) => rm(directory, { force: true, recursive: true }),
  rename,

  async syncDirectory(directory) {
    // Windows has no such thing: NTFS journals its metadata.
    if (process.platform === 'win32') return
    const fd = await new Promise<number>((resolve, reject) =>
      open(directory, constants.O_RDONLY, (error, opened) => (error ? reject(error) : resolve(opened))),
    )
    const file = new NodeFile(fd, directory, false)
    try {
      await file.sync()
    } finally {
      await file.close()
    }
  },

  lock: lockDirectory,
}

// The callback forms of node:fs are used because FileHandle costs an object and a finalizer per file,
// and there may be tens of thousands.
class NodeFile implements File {
  readonly #fd: number
  readonly #path: string
  readonly #syncEachWrite: boolean

  constructor(fd: number, path: string, syncEachWrite: boolean) {
    this.#fd = fd
    this.#path = path
    this.#syncEachWrite = syncEachWrite
  }

  async read(position: number, length: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafeSlow(length)
    let filled = 0
    while (filled < length) {
      const count = await new Promise<number>((resolve, reject) =>
        read(this.#fd, buffer, filled, length - filled, position + filled, (error, bytes) =>
          error ? reject(this.#named(error)) : resolve(bytes),
        ),
      )
      if (count === 0) break
      filled += count
    }
    return filled === length ? buffer : buffer.subarray(0, filled)
  }

  async write(position: number, buffers: readonly Uint8Array[]): Promise<void> {
    // IOV_MAX is 1024 on the systems we know.
    for (let first = 0; first < buffers.length; first += 1024) {
      let part = buffers.slice(first, first + 1024)
      while (part.length > 0) {
        const batch = part
        const written = await new Promise<number>((resolve, reject) =>
          writev(this.#fd, batch, position, (error, bytes) => (error ? reject(this.#named(error)) : resolve(bytes))),
        )
        position += written
        part = unwritten(batch, written)
      }
    }
    if (this.#syncEachWrite) await this.sync()
  }

  sync(): Promise<void> {
    return new Promise((resolve, reject) =>
      fdatasync(this.#fd, (error) => (error ? reject(this.#named(error)) : resolve())),
    )
  }

  truncate(size: number): Promise<void> {
    return new Promise((resolve, reject) =>
      ftruncate(this.#fd, size, (error) => (error ? reject(this.#named(error)) : resolve())),
    )
  }

  close(): Promise<void> {
    return new Promise((resolve, reject) =>
      close(this.#fd, (error) => (error ? reject(this.#named(error)) : resolve())),
    )
  }

  // Node names the path only where it was given one.
  #named(error: NodeJS.ErrnoException): NodeJS.ErrnoException {
    error.path ??= this.#path
    return error
  }
}

function unwritten(buffers: readonly Uint8Array[], written: number): Uint8Array[] {
  const rest: Uint8Array[] = []
  for (const buffer of buffers) {
    if (written >= buffer.length) written -= buffer.length
    else {
      rest.push(buffer.subarray(written))
      written = 0
    }
  }
  return rest
}
