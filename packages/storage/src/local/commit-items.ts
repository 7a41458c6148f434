import type { Writer } from '@ottla/protocol'
import type { QueuedAppend } from '../leader/partition-log.ts'
import type { StampedBatch } from '../leader/stamped-batch.ts'
import { placeOf, tableItems } from './commit-format.ts'
import type { CommitItem } from './commit-log.ts'
import type { LocalLog } from './local-log.ts'
import type { LocalLogStore } from './local-log-store.ts'
import { batchOverheadBytes } from './tail.ts'

// What is written to the commit log. A partition is declared there (OPEN) with the first item that concerns it.

/** A batch of a partition. */
export class BatchItem implements CommitItem {
  readonly bytes: number
  readonly #store: LocalLogStore
  readonly #log: LocalLog
  readonly #batch: StampedBatch
  readonly #queued: QueuedAppend
  #declares = false

  constructor(store: LocalLogStore, log: LocalLog, batch: StampedBatch, queued: QueuedAppend) {
    this.#store = store
    this.#log = log
    this.#batch = batch
    this.#queued = queued
    this.bytes = batch.bytes.length + batchOverheadBytes
  }

  encode(table: Writer, data: Uint8Array[]): void {
    this.#declares = declare(table, this.#log)
    tableItems.batch(table, this.#log.logId, placeOf(this.#batch))
    data.push(this.#batch.bytes)
  }

  apply(): void {
    this.#log.apply(this.#batch)
    this.#store.queueShrank(this.bytes)
  }

  settle(): void {
    this.#queued.committed()
  }

  fail(error: Error): void {
    if (this.#declares) this.#log.declared = false
    this.#store.queueShrank(this.bytes)
    this.#queued.failed(error)
  }
}

/** The log start of a partition. */
export class StartItem implements CommitItem {
  readonly bytes = 32
  readonly #log: LocalLog
  readonly #offset: number
  readonly #resolve: () => void
  readonly #reject: (error: Error) => void
  #declares = false

  constructor(log: LocalLog, offset: number, resolve: () => void, reject: (error: Error) => void) {
    this.#log = log
    this.#offset = offset
    this.#resolve = resolve
    this.#reject = reject
  }

  encode(table: Writer): void {
    this.#declares = declare(table, this.#log)
    tableItems.start(table, this.#log.logId, this.#offset)
  }

  apply(): void {
    this.#log.state.startAt(this.#offset)
  }

  settle(): void {
    this.#log.startMoved()
    this.#log.listener?.()
    this.#resolve()
  }

  fail(error: Error): void {
    if (this.#declares) this.#log.declared = false
    this.#reject(error)
  }
}

/** The end of partitions. */
export class DropItem implements CommitItem {
  readonly bytes: number
  readonly #logs: readonly LocalLog[]
  readonly #resolve: () => void
  readonly #reject: (error: Error) => void

  constructor(logs: readonly LocalLog[], resolve: () => void, reject: (error: Error) => void) {
    this.#logs = logs
    this.#resolve = resolve
    this.#reject = reject
    this.bytes = 16 + 4 * logs.length
  }

  encode(table: Writer): void {
    tableItems.drop(
      table,
      this.#logs.map((log) => log.logId),
    )
  }

  apply(): void {
    for (const log of this.#logs) log.dropped = true
  }

  settle(): void {
    this.#resolve()
  }

  fail(error: Error): void {
    this.#reject(error)
  }
}

/** Changes of keyed values. */
export class KeysItem implements CommitItem {
  readonly bytes: number
  readonly #changes: ReadonlyMap<string, string | undefined>
  readonly #entries: Map<string, string>
  readonly #resolve: () => void
  readonly #reject: (error: Error) => void

  constructor(
    entries: Map<string, string>,
    changes: ReadonlyMap<string, string | undefined>,
    resolve: () => void,
    reject: (error: Error) => void,
  ) {
    this.#entries = entries
    this.#changes = changes
    this.#resolve = resolve
    this.#reject = reject
    let bytes = 0
    for (const [key, value] of changes) bytes += key.length + (value?.length ?? 0)
    this.bytes = bytes
  }

  encode(table: Writer): void {
    tableItems.keys(table, this.#changes)
  }

  apply(): void {
    applyKeys(this.#entries, this.#changes)
  }

  settle(): void {
    this.#resolve()
  }

  fail(error: Error): void {
    this.#reject(error)
  }
}

export function applyKeys(entries: Map<string, string>, changes: ReadonlyMap<string, string | undefined>): void {
  for (const [key, value] of changes)
    if (value === undefined) entries.delete(key)
    else entries.set(key, value)
}

// True: this item is the one that declares it, and takes that back should the write fail.
function declare(table: Writer, log: LocalLog): boolean {
  if (log.declared) return false
  tableItems.open(table, log.logId, log.id)
  log.declared = true
  return true
}
