import { basename, dirname, resolve } from 'node:path'
import { type DirectoryLock, DirectoryLockedError, type File, type FileSystem } from '../files.ts'
import { MemoryFile } from './file.ts'

/** A file system that lies in memory, empty at first: for brokers that live no longer than their process. */
export function memoryFiles(): FileSystem {
  return new MemoryFileSystem()
}

class MemoryFileSystem implements FileSystem {
  /** By the path of a directory: what is in it, a file, or `undefined` for a directory. */
  readonly #directories = new Map<string, Map<string, MemoryFile | undefined>>()
  readonly #locked = new Set<string>()

  async open(path: string, mode: 'read' | 'write'): Promise<File> {
    const directory = this.#directories.get(dirname(resolve(path)))
    const found = directory?.get(basename(path))
    if (found !== undefined) return found
    if (mode === 'read' || directory === undefined) throw missing(path)
    const file = new MemoryFile()
    directory.set(basename(path), file)
    return file
  }

  async list(directory: string): Promise<string[]> {
    return [...(this.#directories.get(resolve(directory))?.keys() ?? [])]
  }

  async makeDirectory(directory: string): Promise<void> {
    const path = resolve(directory)
    if (this.#directories.has(path)) return
    this.#directories.set(path, new Map())
    const parent = dirname(path)
    if (parent === path) return
    await this.makeDirectory(parent)
    this.#directories.get(parent)!.set(basename(path), undefined)
  }

  async size(path: string): Promise<number | undefined> {
    return this.#find(path)?.size
  }

  async readFile(path: string): Promise<Buffer> {
    const file = this.#find(path)
    if (file === undefined) throw missing(path)
    return file.read(0, file.size)
  }

  async remove(path: string): Promise<void> {
    if (this.#find(path) !== undefined) this.#directories.get(dirname(resolve(path)))?.delete(basename(path))
  }

  async removeTree(directory: string): Promise<void> {
    const path = resolve(directory)
    for (const [name, file] of this.#directories.get(path) ?? [])
      if (file === undefined) await this.removeTree(resolve(path, name))
    this.#directories.delete(path)
    this.#directories.get(dirname(path))?.delete(basename(path))
  }

  async rename(from: string, to: string): Promise<void> {
    const file = this.#find(from)
    const target = this.#directories.get(dirname(resolve(to)))
    if (file === undefined || target === undefined) throw missing(from)
    await this.remove(from)
    target.set(basename(to), file)
  }

  async syncDirectory(): Promise<void> {}

  async lock(directory: string): Promise<DirectoryLock> {
    const path = resolve(directory)
    if (this.#locked.has(path)) throw new DirectoryLockedError(directory)
    this.#locked.add(path)
    return { release: async () => void this.#locked.delete(path) }
  }

  #find(path: string): MemoryFile | undefined {
    return this.#directories.get(dirname(resolve(path)))?.get(basename(path))
  }
}

function missing(path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`ENOENT: no such file or directory, ${path}`), { code: 'ENOENT', path })
}
