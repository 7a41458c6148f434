import { type Decoded, type fetchRequest, zeroUuid } from '@ottla/protocol'

/** A partition as a Fetch asks for it. */
export interface FetchPosition {
  readonly topic: string
  /** `zeroUuid` where the broker is too old to have told. */
  readonly topicId: string
  readonly partition: number
  readonly fetchOffset: number
  readonly currentLeaderEpoch: number
  readonly lastFetchedEpoch: number
  readonly partitionMaxBytes: number
}

type FetchFields = Decoded<typeof fetchRequest>
export type SessionFields = Pick<FetchFields, 'sessionId' | 'sessionEpoch' | 'forgottenTopicsData'> & {
  readonly topics: Partial<FetchFields['topics'][number]>[] & FetchFields['topics']
}

const newSessionEpoch = 0
const finalEpoch = -1
const maxEpoch = 0x7fffffff

/**
 * An incremental fetch session with one broker (KIP-227): the broker remembers what was asked for, so that a request
 * names only what has changed since, and the answer only what has news.
 *
 *     first request   id 0, epoch 0, all partitions  ->  the broker gives an id (0: it keeps no session)
 *     the next ones   id, epoch 1, 2, …              ->  new and changed partitions, and those to be forgotten
 *     after trouble   id, epoch 0, all partitions    ->  the broker drops the old session and begins a new one
 */
export class FetchSession {
  #id = 0
  #epoch = newSessionEpoch
  #known = new Map<string, FetchPosition>()
  #usesTopicIds = false

  get id(): number {
    return this.#id
  }

  /** The fields of the next request, which is to be answered before the one after it. */
  next(wanted: readonly FetchPosition[], usesTopicIds: boolean): SessionFields {
    // Names and ids do not mix within one session.
    if (usesTopicIds !== this.#usesTopicIds) this.restart()
    this.#usesTopicIds = usesTopicIds
    const known = this.#epoch === newSessionEpoch ? new Map<string, FetchPosition>() : this.#known
    const wantedByKey = new Map(wanted.map((position) => [this.#keyOf(position), position]))
    const changed = [...wantedByKey].filter(([key, position]) => !isSame(known.get(key), position))
    const forgotten = [...known].filter(([key]) => !wantedByKey.has(key))
    this.#known = wantedByKey
    return {
      sessionId: this.#id,
      sessionEpoch: this.#epoch,
      topics: grouped(
        changed.map(([, position]) => position),
        (position) => ({
          partition: position.partition,
          currentLeaderEpoch: position.currentLeaderEpoch,
          fetchOffset: position.fetchOffset,
          lastFetchedEpoch: position.lastFetchedEpoch,
          partitionMaxBytes: position.partitionMaxBytes,
        }),
      ) as SessionFields['topics'],
      forgottenTopicsData: grouped(
        forgotten.map(([, position]) => position),
        (position) => position.partition,
      ),
    }
  }

  /** The request was answered without an error of the session. */
  answered(sessionId: number): void {
    this.#id = sessionId
    if (sessionId === 0) this.#epoch = newSessionEpoch
    else this.#epoch = this.#epoch === maxEpoch ? 1 : this.#epoch + 1
  }

  /** The answer got lost, or was an error: what the broker remembers is not known. */
  restart(): void {
    this.#epoch = newSessionEpoch
  }

  /** The broker has said that it does not know the session. */
  forget(): void {
    this.#id = 0
    this.restart()
  }

  /** What makes the broker drop the session at once; undefined if there is none. */
  closing(): SessionFields | undefined {
    if (this.#id === 0) return undefined
    return { sessionId: this.#id, sessionEpoch: finalEpoch, topics: [], forgottenTopicsData: [] }
  }

  #keyOf(position: FetchPosition): string {
    return `${this.#usesTopicIds ? position.topicId : position.topic} ${position.partition}`
  }
}

export const haveTopicIds = (positions: readonly FetchPosition[]): boolean =>
  positions.every((position) => position.topicId !== zeroUuid)

const isSame = (before: FetchPosition | undefined, now: FetchPosition): boolean =>
  before !== undefined &&
  before.fetchOffset === now.fetchOffset &&
  before.currentLeaderEpoch === now.currentLeaderEpoch &&
  before.lastFetchedEpoch === now.lastFetchedEpoch &&
  before.partitionMaxBytes === now.partitionMaxBytes

function grouped<T>(positions: readonly FetchPosition[], item: (position: FetchPosition) => T) {
  const topics = new Map<string, { topic: string; topicId: string; partitions: T[] }>()
  for (const position of positions) {
    const { topic, topicId } = position
    const key = `${topic} ${topicId}`
    if (!topics.has(key)) topics.set(key, { topic, topicId, partitions: [] })
    topics.get(key)!.partitions.push(item(position))
  }
  return [...topics.values()]
}
