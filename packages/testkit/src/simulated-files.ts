import { type DirectoryLock, DirectoryLockedError, type File, type FileSystem, type OpenOptions } from '@ottla/runtime'
import type { Random } from './random.ts'
import type { SimulatedClock } from './simulated-clock.ts'
import { Directory, Inode, type SimulatedDisk } from './simulated-disk.ts'

/** What goes wrong, and how often; may be changed while the simulation runs. */
export interface DiskFaults {
  /** Writes and creations fail for want of space, with this probability each. */
  full: number
  /** Writes and syncs fail otherwise. */
  broken: number
}

/** Files of a process on a simulated disk. Each operation takes a while, and others happen meanwhile. */
export class SimulatedFiles implements FileSystem {
  readonly preparesBlocks: boolean
  readonly #disk: SimulatedDisk
  readonly #clock: SimulatedClock
  readonly #random: Random
  readonly faults: DiskFaults = { full: 0, broken: 0 }
  readonly #locked = new Set<string>()
  openFiles = 0

  constructor(disk: SimulatedDisk, clock: SimulatedClock, random: Random) {
    this.#disk = disk
    this.#clock = clock
    this.#random = random
    this.preparesBlocks = random.chance(0.5)
  }

  open(path: string, mode: 'read' | 'write', options?: OpenOptions): Promise<File> {
    return this.#later(() => {
      const { directory, name } = this.#split(path)
      const found = directory?.entries.get(name)
      if (found instanceof Inode) return this.#opened(found, path, options)
      if (mode === 'read' || directory === undefined) throw failure('ENOENT', path)
      this.#mayFail(path, this.faults.full, 'ENOSPC')
      const inode = new Inode()
      directory.put(name, inode)
      return this.#opened(inode, path, options)
    })
  }

  #opened(inode: Inode, path: string, options: OpenOptions | undefined): File {
    this.openFiles++
    return new SimulatedFile(this, inode, path, options?.durable === true)
  }

  list(directory: string): Promise<string[]> {
    return this.#later(() => [...(this.#directory(directory)?.entries.keys() ?? [])])
  }

  makeDirectory(directory: string): Promise<void> {
    return this.#later(() => {
      let at = this.#disk.root
      for (const name of namesOf(directory)) {
        let next = at.entries.get(name)
        if (next === undefined) {
          this.#mayFail(directory, this.faults.full, 'ENOSPC')
          next = new Directory()
          at.put(name, next)
        }
        at = next as Directory
      }
    })
  }

  size(path: string): Promise<number | undefined> {
    return this.#later(() => this.#inode(path)?.size)
  }

  readFile(path: string): Promise<Buffer> {
    return this.#later(() => {
      const inode = this.#inode(path)
      if (inode === undefined) throw failure('ENOENT', path)
      return inode.read(0, inode.size)
    })
  }

  remove(path: string): Promise<void> {
    return this.#later(() => {
      const { directory, name } = this.#split(path)
      if (directory?.entries.has(name)) directory.put(name, undefined)
    })
  }

  removeTree(directory: string): Promise<void> {
    return this.#later(() => {
      const { directory: parent, name } = this.#split(directory)
      const node = parent?.entries.get(name)
      if (node instanceof Directory) empty(node)
      if (node !== undefined) parent?.put(name, undefined)
    })
  }

  rename(from: string, to: string): Promise<void> {
    return this.#later(() => {
      const source = this.#split(from)
      const target = this.#split(to)
      const node = source.directory?.entries.get(source.name)
      if (node === undefined || source.directory !== target.directory) throw failure('ENOENT', from)
      source.directory?.put(target.name, node, source.name)
    })
  }

  syncDirectory(directory: string): Promise<void> {
    return this.#later(() => {
      const node = this.#directory(directory)
      if (node === undefined) throw failure('ENOENT', directory)
      this.#mayFail(directory, this.faults.broken, 'EIO')
      node.sync()
    })
  }

  lock(directory: string): Promise<DirectoryLock> {
    return this.#later(() => {
      if (this.#locked.has(directory)) throw new DirectoryLockedError(directory)
      this.#locked.add(directory)
      return { release: () => this.#later(() => void this.#locked.delete(directory)) }
    })
  }

  /** The operations of open files. */
  readonly io = {
    read: (inode: Inode, position: number, length: number) => this.#later(() => inode.read(position, length)),
    // A part is written at once, so that a crash may come in between.
    write: (inode: Inode, path: string, position: number, bytes: Buffer, durable: SyncState | undefined) => {
      const error = this.#fault(path)
      const first = this.#random.pick([0, bytes.length, this.#random.between(0, bytes.length)])
      inode.write(position, bytes.subarray(0, first))
      return this.#later(() => {
        if (error !== undefined) {
          durable?.fail(this.#random)
          throw error
        }
        inode.write(position + first, bytes.subarray(first))
        if (durable === undefined) return
        durable.check()
        inode.sync(position, position + bytes.length)
      })
    },
    sync: (inode: Inode, path: string, state: SyncState) =>
      this.#later(() => {
        if (this.#random.chance(this.faults.broken)) {
          state.fail(this.#random)
          throw failure('EIO', path)
        }
        state.check()
        inode.sync()
      }),
    truncate: (inode: Inode, path: string, size: number) =>
      this.#later(() => {
        this.#mayFail(path, this.faults.broken, 'EIO')
        inode.truncate(size)
      }),
    close: () => {
      this.openFiles--
      return this.#later(() => {})
    },
  }

  #fault(path: string): Error | undefined {
    if (this.#random.chance(this.faults.full)) return failure('ENOSPC', path)
    if (this.#random.chance(this.faults.broken)) return failure('EIO', path)
    return undefined
  }

  #mayFail(path: string, probability: number, code: string): void {
    if (this.#random.chance(probability)) throw failure(code, path)
  }

  #later<T>(work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const run = () => {
        try {
          resolve(work())
        } catch (error) {
          reject(error)
        }
      }
      // Mostly quick, sometimes slow: so that whatever can overtake does.
      this.#clock.schedule(this.#random.chance(0.1) ? this.#random.fraction() * 50 : this.#random.fraction(), run)
    })
  }

  #split(path: string): { directory: Directory | undefined; name: string } {
    const names = namesOf(path)
    const name = names.pop()!
    return { directory: this.#directoryOf(names), name }
  }

  #directory(path: string): Directory | undefined {
    return this.#directoryOf(namesOf(path))
  }

  #directoryOf(names: readonly string[]): Directory | undefined {
    let at: Inode | Directory | undefined = this.#disk.root
    for (const name of names) at = at instanceof Directory ? at.entries.get(name) : undefined
    return at instanceof Directory ? at : undefined
  }

  #inode(path: string): Inode | undefined {
    const { directory, name } = this.#split(path)
    const node = directory?.entries.get(name)
    return node instanceof Inode ? node : undefined
  }
}

/** What an open file has heard of the system's failures to write: of each once, whoever asked for the sync. */
class SyncState {
  readonly #inode: Inode
  readonly #path: string
  #heard: number

  constructor(inode: Inode, path: string) {
    this.#inode = inode
    this.#path = path
    this.#heard = inode.failures
  }

  fail(random: Random): void {
    this.#inode.failSync(random)
    this.#heard = this.#inode.failures
  }

  check(): void {
    if (this.#heard === this.#inode.failures) return
    this.#heard = this.#inode.failures
    throw failure('EIO', this.#path)
  }
}

class SimulatedFile implements File {
  readonly #files: SimulatedFiles
  readonly #inode: Inode
  readonly #path: string
  readonly #durable: boolean
  readonly #syncState: SyncState
  #closed = false

  constructor(files: SimulatedFiles, inode: Inode, path: string, durable: boolean) {
    this.#files = files
    this.#inode = inode
    this.#path = path
    this.#durable = durable
    this.#syncState = new SyncState(inode, path)
  }

  async read(position: number, length: number): Promise<Buffer> {
    this.#mustBeOpen()
    return this.#files.io.read(this.#inode, position, length)
  }

  async write(position: number, buffers: readonly Uint8Array[]): Promise<void> {
    this.#mustBeOpen()
    return this.#files.io.write(
      this.#inode,
      this.#path,
      position,
      Buffer.concat(buffers),
      this.#durable ? this.#syncState : undefined,
    )
  }

  async sync(): Promise<void> {
    this.#mustBeOpen()
    return this.#files.io.sync(this.#inode, this.#path, this.#syncState)
  }

  async truncate(size: number): Promise<void> {
    this.#mustBeOpen()
    return this.#files.io.truncate(this.#inode, this.#path, size)
  }

  async close(): Promise<void> {
    this.#mustBeOpen()
    this.#closed = true
    return this.#files.io.close()
  }

  #mustBeOpen(): void {
    if (this.#closed) throw failure('EBADF', this.#path)
  }
}

function empty(directory: Directory): void {
  for (const [name, node] of [...directory.entries]) {
    if (node instanceof Directory) empty(node)
    directory.put(name, undefined)
  }
}

const namesOf = (path: string) => path.split('/').filter((name) => name !== '')

function failure(code: string, path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: simulated, ${path}`), { code, path })
}
