/**
 * Files, as the log needs them. Paths are absolute. Errors are Node's: an Error with `code`
 * (ENOENT, ENOSPC, EROFS, EIO, …) and `path`.
 */
export interface FileSystem {
  /** A durable write goes quicker where the file had its blocks before: it pays to prepare some. */
  readonly preparesBlocks?: boolean
  /** `write` creates the file if it is not there and keeps its content. Closing waits for nothing. */
  open(path: string, mode: 'read' | 'write', options?: OpenOptions): Promise<File>
  /** Names in a directory; empty if there is no such directory. */
  list(directory: string): Promise<string[]>
  /** Creates the directory and those above it. */
  makeDirectory(directory: string): Promise<void>
  /** Size in bytes, or undefined if there is no such file. */
  size(path: string): Promise<number | undefined>
  readFile(path: string): Promise<Buffer>
  /** Removes a file; no error if there is none. */
  remove(path: string): Promise<void>
  /** Removes a directory and all below it; no error if there is none. */
  removeTree(directory: string): Promise<void>
  /** Atomic; replaces `to`. Durable only after `syncDirectory`. */
  rename(from: string, to: string): Promise<void>
  /** Size of the volume that a directory is on and what is free on it, in bytes; left out where nobody can tell. */
  space?(directory: string): Promise<{ readonly totalBytes: number; readonly freeBytes: number }>
  /** Makes creations, renames and removals in a directory durable. */
  syncDirectory(directory: string): Promise<void>
  /** Keeps every other process (and broker in this process) out of a directory, until released or this process dies. */
  lock(directory: string): Promise<DirectoryLock>
}

export interface OpenOptions {
  /** Each write returns only when its data, and the size it needs, are on disk (O_DSYNC). */
  readonly durable?: boolean
}

export interface File {
  /** Up to `length` bytes; fewer only at the end of the file. The buffer is the caller's. */
  read(position: number, length: number): Promise<Buffer>
  /** All of `buffers`, one after the other, from `position` on. After an error, any part may have been written. */
  write(position: number, buffers: readonly Uint8Array[]): Promise<void>
  /** fdatasync. */
  sync(): Promise<void>
  truncate(size: number): Promise<void>
  close(): Promise<void>
}

export interface DirectoryLock {
  release(): Promise<void>
}

/** Another process holds the lock. */
export class DirectoryLockedError extends Error {
  override readonly name = 'DirectoryLockedError'
  readonly directory: string
  constructor(directory: string) {
    super(`the data directory ${directory} is in use by another Ottla broker`)
    this.directory = directory
  }
}
