import { join } from 'node:path'
import type { File, FileSystem } from '@ottla/runtime'
import { type CommitFileHeader, encodeFileHeader, entriesUnderWay, fileHeaderBytes } from './commit-format.ts'
import type { PreparedFile } from './spare-file.ts'

const commitFileName = (number: number) => `${String(number).padStart(16, '0')}.commit`

/**
 * The file of the commit log that is written to. It is opened once for each entry that may be under way: systems tell of a
 * failed write-back once per open file, so of two writes through one of them the wrong one could fail, and the lost one
 * pass for durable.
 */
export class CommitFile {
  readonly header: CommitFileHeader
  /** Up to here its blocks were there when it was begun. */
  readonly preparedBytes: number
  /** Where the next entry goes. */
  position = fileHeaderBytes
  readonly #files: readonly File[]
  #turn = 0

  private constructor(files: readonly File[], header: CommitFileHeader, preparedBytes: number) {
    this.#files = files
    this.header = header
    this.preparedBytes = preparedBytes
  }

  /**
   * Begins a file, out of a spare one where there is one. The header is durable before the first entry is written, under
   * either policy: a file with anything behind its header has a valid header, unless it was damaged.
   */
  static async begin(
    files: FileSystem,
    directory: string,
    header: CommitFileHeader,
    spare?: PreparedFile,
  ): Promise<CommitFile> {
    const path = join(directory, commitFileName(header.number))
    const begunAt = spare?.path ?? path
    const opened: File[] = []
    try {
      for (let i = 0; i < entriesUnderWay; i++)
        opened.push(await files.open(begunAt, 'write', { durable: header.policy === 'fsync' }))
      await opened[0]!.write(0, [encodeFileHeader(header)])
      if (header.policy === 'os') await opened[0]!.sync()
      // A spare file gets its name when its header is on disk: a torn header with entries behind it would pass for damage.
      if (spare !== undefined) await files.rename(begunAt, path)
      await files.syncDirectory(directory)
    } catch (error) {
      for (const file of opened) await file.close().catch(() => {})
      for (const left of [path, begunAt]) await files.remove(left).catch(() => {})
      throw error
    }
    return new CommitFile(opened, header, spare?.bytes ?? 0)
  }

  /** Writes after what was written before, which need not have ended. */
  append(bytes: number, pieces: readonly Uint8Array[]): Promise<void> {
    const at = this.position
    this.position += bytes
    this.#turn = (this.#turn + 1) % this.#files.length
    return this.#files[this.#turn]!.write(at, pieces)
  }

  sync(): Promise<void> {
    return this.#files[0]!.sync()
  }

  /** Gives the space of what is not valid back. */
  cutAt(position: number): Promise<void> {
    return this.#files[0]!.truncate(position)
  }

  /** Nothing waits for it: an error tells of nothing that was acknowledged. */
  async close(): Promise<void> {
    for (const file of this.#files) await file.close().catch(() => {})
  }
}
