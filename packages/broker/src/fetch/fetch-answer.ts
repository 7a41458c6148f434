import { ErrorCode, type FetchResponse, type Partially } from '@ottla/protocol'
import type { RequestContext } from '../handler.ts'
import type { FetchContext } from './fetch-context.ts'
import type { FetchPartition } from './fetch-partition.ts'
import type { FetchedPartition } from './fetch-read.ts'
import type { FetchSession, PartitionKey } from './fetch-sessions.ts'

type Answer = Partially<FetchResponse>
type AnswerTopic = { topic: string; topicId: string; partitions: ReturnType<typeof partitionAnswer>[] }

const noSession = 0

export const refusedFetch = (errorCode: number): Answer => ({ errorCode, sessionId: noSession })

/** The answer to a fetch that is not (yet) part of a session: it tells of all partitions. */
export function fullAnswer(
  fetch: FetchContext & { kind: 'full' },
  fetched: readonly FetchedPartition[],
  context: RequestContext,
  usesTopicIds: boolean,
): Answer {
  for (const one of fetched) remember(one.target.wanted, one)
  const session = fetch.createSession ? context.server.fetchSessions.create(usesTopicIds, fetch.partitions) : undefined
  return answerOf(session?.id ?? noSession, fetched, context)
}

/** The answer to a fetch of a session: it tells of what changed since the last one (KIP-227). */
export function incrementalAnswer(
  { session, epoch }: FetchContext & { kind: 'incremental' },
  fetched: readonly FetchedPartition[],
  context: RequestContext,
): Answer {
  // The session went on meanwhile: the client gave this request up and sent another one.
  if (session.epoch !== epoch) return { errorCode: ErrorCode.INVALID_FETCH_SESSION_EPOCH, sessionId: session.id }
  const changed = fetched.filter((one) => hasChanged(one.target.wanted, one))
  for (const one of changed) {
    remember(one.target.wanted, one)
    if (one.bytes > 0) moveToEnd(session, one.target.wanted)
  }
  return answerOf(session.id, changed, context)
}

function hasChanged(told: FetchPartition, now: FetchedPartition): boolean {
  return (
    now.bytes > 0 ||
    now.errorCode !== ErrorCode.NONE ||
    now.target.divergingEpoch !== undefined ||
    now.highWatermark !== told.toldHighWatermark ||
    now.logStartOffset !== told.toldLogStartOffset
  )
}

/** After an error the high watermark counts as not told, so that the partition is told of again when the error is over. */
function remember(told: FetchPartition, now: FetchedPartition): void {
  told.toldHighWatermark = now.errorCode === ErrorCode.NONE ? now.highWatermark : -1
  told.toldLogStartOffset = now.logStartOffset
}

/** Partitions that had data are read last next time, so that a full answer starves none. */
function moveToEnd(session: FetchSession, wanted: FetchPartition): void {
  const key: PartitionKey = `${wanted.partition}:${session.usesTopicIds ? wanted.topicId : wanted.topic}`
  if (session.partitions.delete(key)) session.partitions.set(key, wanted)
}

function answerOf(sessionId: number, fetched: readonly FetchedPartition[], context: RequestContext): Answer {
  const topics = new Map<string, AnswerTopic>()
  let fenced = false
  for (const one of fetched) {
    const { topic, topicId } = one.target.wanted
    const key = topic === '' ? topicId : topic
    const answer: AnswerTopic = topics.get(key) ?? { topic, topicId, partitions: [] }
    if (answer.partitions.length === 0) topics.set(key, answer)
    if (one.errorCode === ErrorCode.FENCED_LEADER_EPOCH) fenced = true
    answer.partitions.push(partitionAnswer(one, context))
  }
  const response: Answer = { errorCode: ErrorCode.NONE, sessionId, responses: [...topics.values()] }
  return fenced ? { ...response, nodeEndpoints: [leaderEndpoint(context)] } : response
}

/** Clients from before v6 do not know KAFKA_STORAGE_ERROR, and would stop. */
const codeFor = (errorCode: number, { apiVersion }: RequestContext) =>
  errorCode === ErrorCode.KAFKA_STORAGE_ERROR && apiVersion <= 5 ? ErrorCode.NOT_LEADER_OR_FOLLOWER : errorCode

function partitionAnswer(one: FetchedPartition, context: RequestContext) {
  const { wanted, partition, divergingEpoch } = one.target
  const fenced = one.errorCode === ErrorCode.FENCED_LEADER_EPOCH
  return {
    partitionIndex: wanted.partition,
    errorCode: codeFor(one.errorCode, context),
    highWatermark: one.highWatermark,
    lastStableOffset: one.lastStableOffset,
    logStartOffset: one.logStartOffset,
    divergingEpoch,
    currentLeader: fenced ? { leaderId: context.brokerId, leaderEpoch: partition?.leaderEpoch ?? -1 } : undefined,
    abortedTransactions: one.abortedTransactions,
    preferredReadReplica: -1,
    records: one.batches,
  }
}

/** The leader that a fenced client should ask (KIP-951). */
const leaderEndpoint = ({ brokerId, connection }: RequestContext) => ({
  nodeId: brokerId,
  host: connection.advertised.host,
  port: connection.advertised.port,
})
