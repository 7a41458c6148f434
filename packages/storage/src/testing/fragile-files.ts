import { join } from 'node:path'
import { type File, type FileSystem, type LogLevel, memoryFiles, nodeRuntime, type Runtime } from '@ottla/runtime'
import { openStorage } from '../open-storage.ts'
import type { Storage, StorageSettings } from '../storage.ts'
import { settings } from './fixtures.ts'

export interface FragilePlace {
  readonly runtime: Runtime
  readonly directory: string
  /** What was logged, each line with its level. */
  readonly lines: string[]
  /** While set, writes fail with this code. */
  fault: string | undefined
  /** A storage that was opened before may be left as it is, as a process that died. */
  open(changes?: Partial<StorageSettings>): Promise<Storage>
  paths(below: string): Promise<string[]>
  damage(path: string, position: number): Promise<void>
  /** Leaves the first bytes of a file. */
  cut(path: string, bytes: number): Promise<void>
}

/** Files in memory that can be damaged, can refuse writes, and forget who has locked them. */
export function fragilePlace(): FragilePlace {
  const directory = '/data'
  const files = memoryFiles()
  const lines: string[] = []
  const log = {
    enabled: () => true,
    write: (level: LogLevel, message: string) => void lines.push(`${level} ${message}`),
  }
  const place: FragilePlace = {
    runtime: { ...nodeRuntime(log), files: failing(files, () => place.fault) },
    directory,
    lines,
    fault: undefined,
    open: (changes) => openStorage({ runtime: place.runtime, directory, settings: { ...settings, ...changes } }),
    paths: async (below) =>
      (await files.list(join(directory, below))).map((name) => join(directory, below, name)).sort(),
    async damage(path, position) {
      const file = await files.open(path, 'write')
      const [byte] = await file.read(position, 1)
      await file.write(position, [Buffer.of(byte! ^ 0xff)])
    },
    cut: async (path, bytes) => (await files.open(path, 'write')).truncate(bytes),
  }
  return place
}

function failing(files: FileSystem, fault: () => string | undefined): FileSystem {
  const check = (path: string) => {
    const code = fault()
    if (code !== undefined) throw Object.assign(new Error(`${code}: no luck with ${path}`), { code, path })
  }
  return {
    list: (directory) => files.list(directory),
    makeDirectory: (directory) => files.makeDirectory(directory),
    size: (path) => files.size(path),
    readFile: (path) => files.readFile(path),
    remove: (path) => files.remove(path),
    removeTree: (directory) => files.removeTree(directory),
    rename: (from, to) => files.rename(from, to),
    syncDirectory: (directory) => files.syncDirectory(directory),
    lock: async () => ({ release: async () => {} }),
    open: async (path, mode) => failingFile(await files.open(path, mode), () => check(path)),
  }
}

const failingFile = (file: File, check: () => void): File => ({
  read: (position, length) => file.read(position, length),
  async write(position, buffers) {
    check()
    await file.write(position, buffers)
  },
  sync: async () => check(),
  truncate: (size) => file.truncate(size),
  close: () => file.close(),
})
