/**
 * Objects under keys, written once and never changed: what the logs of a cluster will lie in (S3, or a directory). The
 * log of one machine does not use it.
 *
 * Two promises carry a cluster: of several writers of one key exactly one is told `created`, and what was created is
 * seen by every read and list that begins after that. A store that breaks one of them must be refused at the start.
 */
export interface ObjectStore {
  /** Throws ObjectStoreUnavailableError where the outcome is unknown: the object may be there or not. */
  putIfAbsent(key: string, body: readonly Uint8Array[]): Promise<'created' | 'exists'>
  /** The whole object or a part of it, and the size of the whole, in bytes. Undefined: there is no such object. */
  get(key: string, range?: ByteRange): Promise<{ readonly data: Uint8Array; readonly size: number } | undefined>
  /** In the order of the keys' bytes, from behind `after` on. */
  list(prefix: string, after?: string): AsyncIterable<{ readonly key: string; readonly size: number }>
  /** In no particular order. Keys without an object are no error. */
  remove(keys: readonly string[]): Promise<void>
  /** An object that is too large for memory; nobody sees it before `commit` has resolved with `created`. */
  upload(key: string): ObjectUpload
}

/** Bytes from `from` up to, without it, `to` (the end by default), or the last ones. */
export type ByteRange = { readonly from: number; readonly to?: number } | { readonly last: number }

export interface ObjectUpload {
  /** Resolves when there is room for more. */
  write(chunk: Uint8Array): Promise<void>
  commit(): Promise<'created' | 'exists'>
  abort(): void
}

/** The store did not answer, or answered that it cannot now. Whether it has done what was asked is unknown. */
export class ObjectStoreUnavailableError extends Error {
  override readonly name = 'ObjectStoreUnavailableError'
}
