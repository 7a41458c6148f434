import { packedBatches, unpack, zeroUuid } from '@ottla/protocol'

export interface NormalFormOptions {
  readonly prefix: string
  readonly startedMs: number
}

/** Ids of the test's own producers begin here, so that they are told from those that a broker gave out. */
export const firstOwnProducerId = 5_000_000_000

const nodes = new Set([
  'nodeId',
  'leaderId',
  'controllerId',
  'brokerId',
  'replicaNodes',
  'isrNodes',
  'offlineReplicas',
  'eligibleLeaderReplicas',
])
const texts = new Set(['errorMessage', 'batchIndexErrorMessage', 'documentation'])

/** What names an item of a list, most telling first. */
const identities = [
  'name',
  'topic',
  'key',
  'resourceName',
  'groupId',
  'groupInstanceId',
  'apiKey',
  'partitionIndex',
  'partition',
  'index',
  'resourceType',
  'brokerId',
  'nodeId',
]

/**
 * Answers without what must differ between two brokers. Ids that a broker makes up become numbered symbols, so that two
 * answers are equal only if the same id stands at the same places. Times from now on are "now". Of a text for people
 * only its presence counts. Lists of structs are in the order of what names their items.
 */
export class NormalForm {
  /** Names of topics by their ids. */
  readonly topicNames = new Map<string, string>()
  private readonly options: NormalFormOptions
  private readonly symbols = new Map<string, string>()
  private readonly counts = new Map<string, number>()

  constructor(options: NormalFormOptions) {
    this.options = options
  }

  of(answer: unknown, ownOnly: boolean): Promise<unknown> {
    return this.value(answer, '', ownOnly)
  }

  private async value(value: unknown, key: string, ownOnly: boolean): Promise<unknown> {
    if (key === 'records') return value === null ? null : this.batches(value as Buffer)
    if (value instanceof Uint8Array) return `hex ${Buffer.from(value).toString('hex')}`
    if (Array.isArray(value)) return this.list(value, key, ownOnly)
    if (typeof value !== 'object' || value === null) return this.scalar(value, key)
    const entries: [string, unknown][] = []
    for (const [name, one] of Object.entries(value)) entries.push([name, await this.value(one, name, ownOnly)])
    return Object.fromEntries(entries)
  }

  private async list(items: readonly unknown[], key: string, ownOnly: boolean): Promise<unknown[]> {
    const own = ownOnly ? items.filter((item) => this.isOwn(item)) : items
    const ordered = own.every(isStruct) ? this.inOrder(own) : own
    const result: unknown[] = []
    for (const item of ordered) result.push(await this.value(item, key, ownOnly))
    return result
  }

  private isOwn(item: unknown): boolean {
    if (!isStruct(item)) return true
    if (item.groupId === '') return false
    const name = item.topic ?? item.name ?? item.groupId ?? item.resourceName
    return typeof name !== 'string' || name.startsWith(this.options.prefix) || !/^d-|^__transaction_state$/.test(name)
  }

  private inOrder(items: readonly Record<string, unknown>[]): Record<string, unknown>[] {
    const keyed = items.map((item) => ({
      item,
      key: identityOf({ ...item, ...this.namedById(item) }) + this.memberOrder(item),
    }))
    return keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ item }) => item)
  }

  /** Members have only random ids: those that were seen before come in that order, the others in that of what they say. */
  private memberOrder(item: Record<string, unknown>): string {
    return this.symbols.get(`member ${item.memberId}`) ?? `~${saidBy(item)}`
  }

  private namedById({ topicId }: Record<string, unknown>): { topic?: string } {
    const topic = this.topicNames.get(String(topicId))
    return topic === undefined ? {} : { topic }
  }

  private scalar(value: unknown, key: string): unknown {
    if (texts.has(key)) return value === null || value === '' ? value : '<text>'
    if (typeof value === 'number') return this.number(value, key)
    if (typeof value !== 'string' || value === '') return value
    if (key === 'host' || key === 'logDir' || key === 'clusterId') return `<${key}>`
    if (key === 'topicId') return value === zeroUuid ? '<no topic>' : this.symbol('topic', value)
    if (key === 'memberId' || key === 'leader') return this.symbol('member', value)
    return value
  }

  private number(value: number, key: string): unknown {
    if (nodes.has(key)) return value < 0 ? value : '<node>'
    if (key === 'port' || key === 'totalBytes' || key === 'usableBytes') return value < 0 ? value : `<${key}>`
    if (key === 'sessionId') return value === 0 ? value : this.symbol('session', String(value))
    if (key === 'producerId')
      return value < 0 || value >= firstOwnProducerId ? value : this.symbol('producer', String(value))
    return this.time(value, key)
  }

  private time(value: number, key: string): unknown {
    return /time/i.test(key) && value >= this.options.startedMs && value < this.options.startedMs + 3_600_000
      ? '<now>'
      : value
  }

  private symbol(kind: string, value: string): string {
    const known = this.symbols.get(`${kind} ${value}`)
    if (known !== undefined) return known
    const count = (this.counts.get(kind) ?? 0) + 1
    this.counts.set(kind, count)
    this.symbols.set(`${kind} ${value}`, `<${kind} ${count}>`)
    return `<${kind} ${count}>`
  }

  /** A broker may compress anew, and may answer with the beginning of a batch at the end: only whole batches count. */
  private async batches(bytes: Buffer): Promise<unknown[]> {
    const result: unknown[] = []
    for (const batch of packedBatches(bytes)) {
      const records = await unpack(batch)
      result.push({
        baseOffset: batch.baseOffset,
        leaderEpoch: batch.partitionLeaderEpoch,
        attributes: batch.attributes,
        lastOffsetDelta: batch.lastOffsetDelta,
        recordsCount: batch.recordsCount,
        baseTimestamp: this.time(batch.baseTimestamp, 'time'),
        maxTimestamp: this.time(batch.maxTimestamp, 'time'),
        producer: [this.number(batch.producerId, 'producerId'), batch.producerEpoch, batch.baseSequence],
        intact: batch.intact,
        records: records.map((record) => [
          Number(record.offset),
          this.time(Number(record.timestamp), 'time'),
          textOf(record.key),
          textOf(record.value),
          record.headers.map(({ key, value }) => `${key}=${textOf(value)}`).join(),
        ]),
      })
    }
    return result
  }
}

const isStruct = (item: unknown): item is Record<string, unknown> =>
  typeof item === 'object' && item !== null && !Array.isArray(item) && !(item instanceof Uint8Array)

const textOf = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : bytes.length > 100 ? `${bytes.length} bytes` : Buffer.from(bytes).toString('latin1')

const saidBy = (item: Record<string, unknown>): string =>
  [item.metadata, item.memberMetadata, item.memberAssignment]
    .map((bytes) => (bytes instanceof Uint8Array ? Buffer.from(bytes).toString('latin1') : ''))
    .join()

/** What names an item among the others of its list; '' if nothing does. */
export function identityOf(item: Record<string, unknown>): string {
  const parts = identities.map((name) => item[name]).filter((part) => part !== undefined && part !== null)
  return parts.map((part) => (typeof part === 'number' ? String(part).padStart(6, '0') : String(part))).join('/')
}
