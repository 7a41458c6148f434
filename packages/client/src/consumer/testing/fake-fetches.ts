import { type Decoded, ErrorCode, type fetchRequest, type listOffsetsRequest, PackedBatch } from '@ottla/protocol'
import type { FakeCluster, FakePartition } from '../../testing/fake-cluster.ts'

type FetchRequest = Decoded<typeof fetchRequest>

interface Session {
  epoch: number
  readonly offsets: Map<string, { topic: string; topicId: string; partition: number; fetchOffset: number }>
}

/** The answers of one broker to Fetch and ListOffsets, with incremental sessions. */
export class FakeFetches {
  readonly #cluster: FakeCluster
  readonly #brokerId: number
  readonly #sessions = new Map<number, Session>()
  #nextSession = 1

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
    const sessionId = [...this.#sessions].find(([, each]) => each === session)![0]
    let responses = this.#answers(session, request.maxBytes)
    if (responses.length === 0) {
      await this.#cluster.runtime.sleep(request.maxWaitMs)
      responses = this.#answers(session, request.maxBytes)
    }
    return { errorCode: ErrorCode.NONE, sessionId, responses }
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
      const session = { epoch: 1, offsets: new Map() }
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
      const answer = this.#answer(partition, index, fetchOffset, left)
      if (answer === undefined) continue
      left -= 'records' in answer ? answer.records.length : 0
      responses.push({ topic: name, topicId, partitions: [answer] })
    }
    return responses
  }

  #answer(partition: FakePartition | undefined, partitionIndex: number, fetchOffset: number, maxBytes: number) {
    const failed = (errorCode: number) => ({ partitionIndex, errorCode })
    if (partition === undefined) return failed(ErrorCode.UNKNOWN_TOPIC_ID)
    if (partition.leader !== this.#brokerId) return failed(ErrorCode.NOT_LEADER_OR_FOLLOWER)
    const end = partition.log.records.length
    if (fetchOffset > end) return failed(ErrorCode.OFFSET_OUT_OF_RANGE)
    const records = batchesFrom(partition, fetchOffset, maxBytes)
    if (records.length === 0) return undefined
    return { partitionIndex, errorCode: ErrorCode.NONE, highWatermark: end, lastStableOffset: end, records }
  }
}

/** Whole batches from the one with the offset on; at least one of them. */
function batchesFrom({ log, leaderEpoch }: FakePartition, fetchOffset: number, maxBytes: number): Buffer {
  const found: Buffer[] = []
  let baseOffset = 0
  let bytes = 0
  for (const written of log.batches) {
    const { recordsCount } = new PackedBatch(written)
    if (baseOffset + recordsCount > fetchOffset) {
      if (bytes > 0 && bytes + written.length > Math.min(maxBytes, 400)) break
      const served = new PackedBatch(Buffer.from(written))
      served.baseOffset = baseOffset
      served.partitionLeaderEpoch = leaderEpoch
      found.push(served.bytes)
      bytes += written.length
    }
    baseOffset += recordsCount
  }
  return Buffer.concat(found)
}
