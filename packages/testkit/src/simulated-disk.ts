import type { Random } from './random.ts'

/**
 * A disk that holds back writes, as disks do:
 *
 *     what a process reads and writes ──> cached ──(sync, or whenever the system likes)──> durable
 *
 * A process that dies leaves `cached` as it is. A power loss leaves `durable`, and of what was not synced any part: each
 * sector by itself, each size, and of the changes of each directory a first part.
 */
export class SimulatedDisk {
  readonly root = new Directory()

  /** What the power loss leaves, becomes what the next process finds. */
  losePower(random: Random): void {
    settleDirectory(this.root, random)
  }
}

/** Each directory keeps its changes in order, and forgets those that were synced. */
export class Directory {
  entries = new Map<string, Inode | Directory>()
  #durable = new Map<string, Inode | Directory>()
  #changes: { readonly name: string; readonly from?: string; readonly node: Inode | Directory | undefined }[] = []

  put(name: string, node: Inode | Directory | undefined, from?: string): void {
    apply(this.entries, { name, node, from })
    this.#changes.push(from === undefined ? { name, node } : { name, node, from })
  }

  sync(): void {
    for (const change of this.#changes) apply(this.#durable, change)
    this.#changes = []
  }

  losePower(random: Random): void {
    const kept = random.between(0, this.#changes.length)
    for (const change of this.#changes.slice(0, kept)) apply(this.#durable, change)
    this.#changes = []
    this.entries = new Map(this.#durable)
  }
}

interface Change {
  readonly name: string
  readonly node: Inode | Directory | undefined
  /** A rename takes the old name away in the same step. */
  readonly from?: string | undefined
}

function apply(entries: Map<string, Inode | Directory>, { name, node, from }: Change): void {
  if (from !== undefined) entries.delete(from)
  if (node === undefined) entries.delete(name)
  else entries.set(name, node)
}

function settleDirectory(directory: Directory, random: Random): void {
  directory.losePower(random)
  for (const node of directory.entries.values())
    if (node instanceof Directory) settleDirectory(node, random)
    else node.losePower(random)
}

/** Small, so that small files are torn too. */
export const sectorBytes = 64

/** The content of a file, twice. */
export class Inode {
  #cached: Buffer = Buffer.alloc(0)
  #durable: Buffer = Buffer.alloc(0)
  size = 0
  #durableSize = 0
  /** Sectors that are not on disk as they are in the cache, as far as the system knows. */
  readonly #dirty = new Set<number>()
  /** How often the system could not write. Each open file hears of it once, at its next sync. */
  failures = 0

  read(position: number, length: number): Buffer {
    return Buffer.from(this.#cached.subarray(position, Math.max(position, Math.min(this.size, position + length))))
  }

  write(position: number, bytes: Uint8Array): void {
    const end = position + bytes.length
    if (bytes.length === 0) return
    this.#reserve(end)
    this.#cached.set(bytes, position)
    this.size = Math.max(this.size, end)
    this.#touch(position, end)
  }

  truncate(size: number): void {
    this.#reserve(size)
    const [low, high] = size < this.size ? [size, this.size] : [this.size, size]
    this.#cached.fill(0, low, high)
    this.size = size
    this.#touch(low, high)
  }

  /** All of the file, or what of it lies in a range, and its size, are on disk. */
  sync(from = 0, to = Infinity): void {
    for (const sector of this.#dirty)
      if (sector * sectorBytes < to && (sector + 1) * sectorBytes > from) this.#settle(sector)
    this.#durableSize = this.size
  }

  /** The system could not write, and gives up on what it could not: it takes it for written, or tries again, as it likes. */
  failSync(random: Random): void {
    this.failures++
    for (const sector of [...this.#dirty]) {
      if (random.chance(0.3)) this.#settle(sector)
      else if (random.chance(0.7)) this.#dirty.delete(sector)
    }
  }

  losePower(random: Random): void {
    // Mostly all or nothing: a crash that keeps half of the sectors each time would hide what orders of writes can do.
    const share = random.pick([0, 1, random.fraction()])
    for (const sector of [...this.#dirty]) if (random.chance(share)) this.#settle(sector)
    const size = random.pick([this.size, this.#durableSize, this.#durableSize])
    const kept = Buffer.alloc(size)
    this.#durable.copy(kept, 0, 0, Math.min(size, this.#durable.length))
    this.#dirty.clear()
    this.#cached = kept
    this.#durable = Buffer.from(kept)
    this.size = this.#durableSize = size
  }

  /** Flips a bit, as if the disk had gone bad. */
  damage(position: number, bit: number): void {
    for (const copy of [this.#cached, this.#durable])
      if (position < copy.length) copy[position] = copy[position]! ^ (1 << bit)
  }

  #settle(sector: number): void {
    const from = sector * sectorBytes
    const to = Math.min(from + sectorBytes, this.#cached.length)
    if (this.#durable.length < to) this.#durable = grown(this.#durable, to)
    this.#cached.copy(this.#durable, from, from, to)
    this.#dirty.delete(sector)
  }

  #touch(from: number, to: number): void {
    for (let sector = Math.floor(from / sectorBytes); sector * sectorBytes < to; sector++) this.#dirty.add(sector)
  }

  #reserve(size: number): void {
    if (this.#cached.length < size) this.#cached = grown(this.#cached, size)
  }
}

function grown(bytes: Buffer, size: number): Buffer {
  const larger = Buffer.alloc(Math.max(size, bytes.length * 2))
  bytes.copy(larger)
  return larger
}
