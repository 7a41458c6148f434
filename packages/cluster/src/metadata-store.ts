/**
 * Small values under keys, with revisions: what a cluster agrees on. Embedded in one broker's storage, or etcd.
 * Each change raises the revision by one; a transaction is one change, whatever it holds.
 */
export interface MetadataStore {
  snapshot(prefix: string): Promise<{ readonly revision: number; readonly entries: readonly Entry[] }>
  /** Tells every change after a revision, in order. Returns its end. */
  watch(prefix: string, after: number, watcher: Watcher): () => void
  /** Applies `puts` if all of `when` hold, else `otherwise`. Durable when it resolves. */
  txn(transaction: Transaction): Promise<TxnResult>
  /** Liveness of this process; the embedded one never expires. */
  session(ttlMs: number): Promise<MetaLease>
}

export interface Entry {
  readonly key: string
  readonly value: string
  readonly createRevision: number
  readonly modRevision: number
}

export interface Watcher {
  /** Called in order; the next call waits for the promise of the one before. */
  events(events: readonly MetaEvent[], revision: number): void | Promise<void>
  /** The history since `after` is gone: take a new snapshot. */
  reset(): void
}

/** `value` undefined: the key was removed. */
export interface MetaEvent {
  readonly key: string
  readonly value: string | undefined
}

/** A revision of 0 means that the key is not there. */
export type Compare = { readonly key: string } & (
  | { readonly createRevision: number }
  | { readonly modRevision: number }
  | { readonly value: string }
)

/** Sets a key, or removes it (`value` undefined). */
export interface Put {
  readonly key: string
  readonly value: string | undefined
}

export interface Transaction {
  readonly when: readonly Compare[]
  readonly puts: readonly Put[]
  readonly otherwise?: readonly Put[]
}

export interface TxnResult {
  /** Whether `when` held. */
  readonly ok: boolean
  readonly revision: number
}

export interface MetaLease {
  readonly id: string
  /** On the monotonic clock, in ms. */
  validUntil(): number
  onLost(lost: () => void): void
  revoke(): Promise<void>
}
