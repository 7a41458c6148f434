import { ErrorCode, type FetchRequest } from '@ottla/protocol'
import type { RequestContext } from '../handler.ts'
import type { FetchPartition } from './fetch-partition.ts'
import type { FetchSession, PartitionKey } from './fetch-sessions.ts'

const initialEpoch = 0
const finalEpoch = -1
const noSession = 0
const byIdVersion = 13

/** What a request fetches, by its session if it has one (KIP-227). */
export type FetchContext =
  /** All that is fetched is in the request, and all of it is answered. */
  | { readonly kind: 'full'; readonly partitions: Map<PartitionKey, FetchPartition>; readonly createSession: boolean }
  /** The request tells what changed since the last one, and so does the answer. */
  | { readonly kind: 'incremental'; readonly session: FetchSession; readonly epoch: number }
  | { readonly kind: 'refused'; readonly errorCode: number }

export const fetchesById = ({ apiVersion }: RequestContext) => apiVersion >= byIdVersion

export function openFetch(request: FetchRequest, context: RequestContext): FetchContext {
  const { fetchSessions } = context.server
  const { sessionId, sessionEpoch } = request
  if (sessionEpoch !== initialEpoch && sessionEpoch !== finalEpoch) return continueSession(request, context)
  if (sessionId !== noSession) fetchSessions.remove(sessionId)
  const partitions = new Map<PartitionKey, FetchPartition>()
  addPartitions(partitions, request, context)
  return { kind: 'full', partitions, createSession: sessionEpoch === initialEpoch }
}

function continueSession(request: FetchRequest, context: RequestContext): FetchContext {
  const { fetchSessions } = context.server
  const session = fetchSessions.get(request.sessionId)
  if (session === undefined) return { kind: 'refused', errorCode: ErrorCode.FETCH_SESSION_ID_NOT_FOUND }
  if (session.epoch !== request.sessionEpoch)
    return { kind: 'refused', errorCode: ErrorCode.INVALID_FETCH_SESSION_EPOCH }
  if (session.usesTopicIds !== fetchesById(context))
    return { kind: 'refused', errorCode: ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR }
  addPartitions(session.partitions, request, context)
  forgetPartitions(session.partitions, request, context)
  if (session.partitions.size === 0) {
    fetchSessions.remove(session.id)
    return { kind: 'full', partitions: new Map(), createSession: false }
  }
  if (!fetchSessions.hasRoomFor(session.partitions.size - session.countedPartitions)) {
    fetchSessions.remove(session.id)
    return { kind: 'refused', errorCode: ErrorCode.FETCH_SESSION_ID_NOT_FOUND }
  }
  session.epoch = nextEpoch(session.epoch)
  fetchSessions.touch(session)
  return { kind: 'incremental', session, epoch: session.epoch }
}

const nextEpoch = (epoch: number) => (epoch === 2 ** 31 - 1 ? 1 : epoch + 1)

function addPartitions(
  partitions: Map<PartitionKey, FetchPartition>,
  request: FetchRequest,
  context: RequestContext,
): void {
  for (const topic of request.topics) {
    const topicKey = fetchesById(context) ? topic.topicId : topic.topic
    for (const asked of topic.partitions) {
      const key = `${asked.partition}:${topicKey}`
      const known = partitions.get(key)
      if (known === undefined) partitions.set(key, newPartition(topic, asked))
      else update(known, asked)
    }
  }
}

type AskedTopic = FetchRequest['topics'][number]
type AskedPartition = AskedTopic['partitions'][number]

const newPartition = (topic: AskedTopic, asked: AskedPartition): FetchPartition => ({
  topic: topic.topic,
  topicId: topic.topicId,
  partition: asked.partition,
  fetchOffset: asked.fetchOffset,
  currentLeaderEpoch: epochOrNone(asked.currentLeaderEpoch),
  lastFetchedEpoch: asked.lastFetchedEpoch,
  maxBytes: asked.partitionMaxBytes,
  toldHighWatermark: -1,
  toldLogStartOffset: -1,
})

const epochOrNone = (epoch: number) => Math.max(-1, epoch)

function update(known: FetchPartition, asked: AskedPartition): void {
  known.fetchOffset = asked.fetchOffset
  known.currentLeaderEpoch = epochOrNone(asked.currentLeaderEpoch)
  known.lastFetchedEpoch = asked.lastFetchedEpoch
  known.maxBytes = asked.partitionMaxBytes
}

function forgetPartitions(
  partitions: Map<PartitionKey, FetchPartition>,
  request: FetchRequest,
  context: RequestContext,
): void {
  for (const topic of request.forgottenTopicsData) {
    const topicKey = fetchesById(context) ? topic.topicId : topic.topic
    for (const partition of topic.partitions) partitions.delete(`${partition}:${topicKey}`)
  }
}
