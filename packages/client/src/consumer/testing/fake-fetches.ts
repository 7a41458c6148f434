import { type Decoded, ErrorCode, type fetchRequest, type listOffsetsRequest, PackedBatch } from '@ottla/protocol'
import type { FakeCluster, FakePartition } from '../../testing/fake-cluster.ts'

type FetchRequest = Decoded<typeof fetchRequest>

interface Session {
  epoch: number
  isCommitted: boolean
  readonly offsets: Map<string, { topic: string; topicId: string; partition: number; fetchOffset: number }>
}

interface Wanted {
  readonly index: number
  readonly fetchOffset: number
  readonly maxBytes: number
  readonly isCommitted: boolean
}

const failures = [
  ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
  ErrorCode.UNKNOWN_LEADER_EPOCH,
  ErrorCode.FENCED_LEADER_EPOCH,
  ErrorCode.OFFSET_NOT_AVAILABLE,
  ErrorCode.KAFKA_STORAGE_ERROR,
  ErrorCode.UNKNOWN_SERVER_ERROR,
]

/** The answers of one broker to Fetch and ListOffsets, with incremental sessions. */
export class FakeFetches {
  readonly #cluster: FakeCluster
  readonly #brokerId: number
  readonly #sessions = new Map<number, Session>()
  #nextSession = 1
  /** How often a partition is answered with an error that passes. */
  fetchesFail = 0

  constructor(cluster: FakeCluster, brokerId: number) {
    this.#cluster = cluster
    this.#brokerId = brokerId
  }

  /** As after a restart. */
  forgetSessions(): void {
    this.#sessions.clear()
  }

  async fetch(request: FetchRequest) {
    const session = this.#sessionOf(request)
    if (typeof session === 'number') return { errorCode: session, sessionId: 0 }
    this.#remember(session, request)
    session.isCommitted = request.isolationLevel === 1
    const sessionId = [...this.#sessions].find(([, each]) => each === session)![0]
    let responses = this.#answers(session, request.maxBytes)
    if (responses.length === 0) {
      await this.#cluster.runtime.sleep(request.maxWaitMs)
      responses = this.#answers(session, request.maxBytes)
    }
    return { errorCode: ErrorCode.NONE, sessionId, responses, nodeEndpoints: this.#cluster.endpoints }
  }

  listOffsets({ topics }: Decoded<typeof listOffsetsRequest>) {
    return {
      topics: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex, timestamp }) => {
          const partition = this.#cluster.topics.get(name)!.partitions[partitionIndex]!
          if (partition.leader !== this.#brokerId)
            return { partitionIndex, errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER }
          return { partitionIndex, offset: timestamp === -2 ? 0 : partition.log.records.length, leaderEpoch: 0 }
        }),
      })),
    }
  }

  #sessionOf({ sessionId, sessionEpoch }: FetchRequest): Session | number {
    if (sessionEpoch === 0) {
      this.#sessions.delete(sessionId)
      const session = { epoch: 1, isCommitted: false, offsets: new Map() }
      this.#sessions.set(this.#nextSession++, session)
      return session
    }
    const session = this.#sessions.get(sessionId)
    if (session === undefined) return ErrorCode.FETCH_SESSION_ID_NOT_FOUND
    if (session.epoch !== sessionEpoch) return ErrorCode.INVALID_FETCH_SESSION_EPOCH
    session.epoch++
    return session
  }

  #remember(session: Session, { topics, forgottenTopicsData }: FetchRequest): void {
    // Before version 13 topics are named, and have no ids here.
    for (const { topic, topicId, partitions } of forgottenTopicsData) {
      for (const partition of partitions) session.offsets.delete(`${topic} ${topicId} ${partition}`)
    }
    for (const { topic, topicId, partitions } of topics) {
      for (const { partition, fetchOffset } of partitions)
        session.offsets.set(`${topic} ${topicId} ${partition}`, { topic, topicId, partition, fetchOffset })
    }
  }

  #answers(session: Session, maxBytes: number) {
    let left = maxBytes
    const responses = []
    for (const { topic: name, topicId, partition: index, fetchOffset } of session.offsets.values()) {
      const topic = [...this.#cluster.topics.values()].find((each) => each.id === topicId || each.name === name)
      const partition = topic?.partitions[index]
      const answer = this.#answer(partition, { index, fetchOffset, maxBytes: left, isCommitted: session.isCommitted })
      if (answer === undefined) continue
      left -= 'records' in answer ? answer.records.length : 0
      responses.push({ topic: name, topicId, partitions: [answer] })
    }
    return responses
  }

  #answer(partition: FakePartition | undefined, wanted: Wanted) {
    const { index: partitionIndex, fetchOffset, isCommitted } = wanted
    if (partition === undefined) return { partitionIndex, errorCode: ErrorCode.UNKNOWN_TOPIC_ID }
    if (partition.leader !== this.#brokerId) return { partitionIndex, ...this.#cluster.notLeader(partition) }
    if (this.#cluster.runtime.chance.happens(this.fetchesFail))
      return { partitionIndex, errorCode: failures[this.#cluster.runtime.chance.integer(failures.length)]! }
    const { log } = partition
    const end = log.records.length
    const lastStableOffset = log.lastStableOffset
    if (fetchOffset > end) return { partitionIndex, errorCode: ErrorCode.OFFSET_OUT_OF_RANGE }
    const { records, nextOffset } = batchesFrom(partition, wanted, isCommitted ? lastStableOffset : end)
    if (records.length === 0) return undefined
    const abortedTransactions = isCommitted ? log.abortedBetween(fetchOffset, nextOffset) : null
    const { NONE: errorCode } = ErrorCode
    return { partitionIndex, errorCode, highWatermark: end, lastStableOffset, abortedTransactions, records }
  }
}

/** Whole batches from the one with the offset on, before `endOffset`; at least one of them, if there is one. */
export function batchesFrom(
  { log, leaderEpoch }: FakePartition,
  { fetchOffset, maxBytes }: Pick<Wanted, 'fetchOffset' | 'maxBytes'>,
  endOffset: number,
  bytesMost = 400,
) {
  const found: Buffer[] = []
  let bytes = 0
  let at = log.batchAt(fetchOffset)
  for (; at < log.batches.length && log.baseOffsets[at]! < endOffset && fetchOffset < endOffset; at++) {
    const written = log.batches[at]!
    if (bytes > 0 && bytes + written.length > Math.min(maxBytes, bytesMost)) break
    const served = new PackedBatch(Buffer.from(written))
    served.baseOffset = log.baseOffsets[at]!
    served.partitionLeaderEpoch = leaderEpoch
    found.push(served.bytes)
    bytes += written.length
  }
  return { records: Buffer.concat(found), nextOffset: log.baseOffsets[at] ?? log.records.length }
}
