import type { File, FileSystem } from '@ottla/runtime'
import type { SimulatedFiles, SimulatedProcess } from '@ottla/testkit'

export type Plant = (process: SimulatedProcess) => SimulatedProcess

/** Bugs to be found: a storage on files that do less than they say behaves as one that asks them for less than it must. */
export const plants: Record<string, Plant> = {
  'an append is acknowledged before it is on disk': onFiles((files) => ({
    open: (path, mode) => files.open(path, mode),
  })),
  'a checkpoint does not wait for segments': onFiles((files) => ({
    open: async (path, mode, options) => {
      const file = await files.open(path, mode, options)
      return path.endsWith('.log') ? withoutSync(file) : file
    },
  })),
  'a checkpoint does not wait for directories': onFiles((files) => ({
    syncDirectory: (path) => (path.includes('/topics') ? files.list(path).then(() => {}) : files.syncDirectory(path)),
  })),
}

/** Replaces some of the operations of a process's files. */
function onFiles(change: (files: SimulatedFiles) => Partial<FileSystem>): Plant {
  return (process) => {
    const { files } = process
    const changed = new Proxy(files, {
      get: (target, name) => {
        const replaced = (change(target) as Record<string | symbol, unknown>)[name]
        const value = replaced ?? (target as unknown as Record<string | symbol, unknown>)[name]
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    return { ...process, files: changed }
  }
}

function withoutSync(file: File): File {
  return {
    read: (position, length) => file.read(position, length),
    write: (position, buffers) => file.write(position, buffers),
    truncate: (size) => file.truncate(size),
    close: () => file.close(),
    sync: async () => {},
  }
}
