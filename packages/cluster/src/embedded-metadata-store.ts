import type { KeyValueStore } from '@ottla/storage'
import type {
  Compare,
  Entry,
  MetadataStore,
  MetaEvent,
  MetaLease,
  Put,
  Transaction,
  TxnResult,
  Watcher,
} from './metadata-store.ts'

interface Queued {
  readonly transaction: Transaction
  resolve(result: TxnResult): void
  reject(error: unknown): void
}

interface Watch {
  readonly prefix: string
  readonly watcher: Watcher
}

/**
 * The metadata of a cluster of one, in the key-value part of its own storage: journaled in the commit log, so that a
 * topic and its records go to disk by the same way and no second database has to be kept in step.
 *
 * Transactions that gather while a commit is under way are judged one after the other, and committed together:
 *
 *   txn ─┐
 *   txn ─┼─▶ queue ─▶ judge against entries + changes so far ─▶ one commit ─▶ watchers, in order ─▶ resolve
 *   txn ─┘
 *
 * Revisions count from 1 at each start: they order the changes of one run, and nothing that remembers them outlives it.
 */
export class EmbeddedMetadataStore implements MetadataStore {
  readonly #keys: KeyValueStore
  readonly #entries = new Map<string, Entry>()
  readonly #watches = new Set<Watch>()
  #queue: Queued[] = []
  #working = false
  #revision = 1

  constructor(keys: KeyValueStore) {
    this.#keys = keys
    for (const [key, value] of keys.entries) {
      this.#entries.set(key, { key, value, createRevision: 1, modRevision: 1 })
    }
  }

  async snapshot(prefix: string) {
    const entries = [...this.#entries.values()].filter((entry) => entry.key.startsWith(prefix))
    return { revision: this.#revision, entries }
  }

  /** Changes are told from now on: who follows a snapshot calls both without waiting in between, or takes `after` from it. */
  watch(prefix: string, after: number, watcher: Watcher): () => void {
    if (after !== this.#revision) queueMicrotask(() => watcher.reset())
    const watch = { prefix, watcher }
    this.#watches.add(watch)
    return () => this.#watches.delete(watch)
  }

  txn(transaction: Transaction): Promise<TxnResult> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ transaction, resolve, reject })
      if (!this.#working) void this.#work()
    })
  }

  async session(): Promise<MetaLease> {
    return { id: 'embedded', validUntil: () => Infinity, onLost() {}, async revoke() {} }
  }

  async #work() {
    this.#working = true
    while (this.#queue.length > 0) {
      const batch = this.#queue
      this.#queue = []
      await this.#commit(batch)
    }
    this.#working = false
  }

  async #commit(batch: readonly Queued[]) {
    const ahead = new Map<string, Entry | undefined>()
    const results: TxnResult[] = []
    const events: MetaEvent[] = []
    let revision = this.#revision
    for (const { transaction } of batch) {
      const ok = transaction.when.every((compare) => holds(compare, this.#look(ahead, compare.key)))
      const puts = ok ? transaction.puts : (transaction.otherwise ?? [])
      if (puts.length > 0) revision++
      for (const put of puts) {
        ahead.set(put.key, changed(this.#look(ahead, put.key), put, revision))
        events.push(put)
      }
      results.push({ ok, revision })
    }
    try {
      if (ahead.size > 0) {
        await this.#keys.commit(new Map([...ahead].map(([key, entry]) => [key, entry?.value])))
        this.#apply(ahead, revision)
        await this.#tell(events)
      }
      for (const [at, queued] of batch.entries()) queued.resolve(results[at]!)
    } catch (error) {
      // Nothing of the batch came to be: a commit is atomic. What comes later is judged against what is on disk.
      for (const queued of batch) queued.reject(error)
    }
  }

  #look(ahead: ReadonlyMap<string, Entry | undefined>, key: string): Entry | undefined {
    return ahead.has(key) ? ahead.get(key) : this.#entries.get(key)
  }

  #apply(ahead: ReadonlyMap<string, Entry | undefined>, revision: number) {
    this.#revision = revision
    for (const [key, entry] of ahead) {
      if (entry === undefined) this.#entries.delete(key)
      else this.#entries.set(key, entry)
    }
  }

  async #tell(events: readonly MetaEvent[]) {
    for (const { prefix, watcher } of this.#watches) {
      const wanted = events.filter((event) => event.key.startsWith(prefix))
      if (wanted.length > 0) await watcher.events(wanted, this.#revision)
    }
  }
}

function holds(compare: Compare, entry: Entry | undefined): boolean {
  if ('createRevision' in compare) return (entry?.createRevision ?? 0) === compare.createRevision
  if ('modRevision' in compare) return (entry?.modRevision ?? 0) === compare.modRevision
  return entry?.value === compare.value
}

function changed(before: Entry | undefined, put: Put, revision: number): Entry | undefined {
  if (put.value === undefined) return undefined
  return {
    key: put.key,
    value: put.value,
    createRevision: before?.createRevision ?? revision,
    modRevision: revision,
  }
}
