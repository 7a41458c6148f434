import type { Topic } from '@ottla/cluster'
import {
  attributeBits,
  batchHeaderBytes,
  compressionTypes,
  ErrorCode,
  errorOf,
  KafkaError,
  layout,
  type ProduceRequest,
  produceRequest,
  produceResponse,
} from '@ottla/protocol'
import type { Appended, Partition } from '@ottla/storage'
import { errorCodeOf } from '../error-code.ts'
import { handler, type RequestContext } from '../handler.ts'
import { type Found, findPartition, findTopic, unknownTopicCode } from '../partition-lookup.ts'

/**
 * Kafka's timeout is for replicas; the leader's own write it never times. Here it bounds the wait for the disk, and a
 * client that sets it to nothing still gets its answer.
 */
const leastTimeoutMs = 1000

const byIdVersion = 13
const zstdVersion = 7
const zstd = compressionTypes.indexOf('zstd')

type Answer = {
  index: number
  errorCode: number
  baseOffset: number
  logAppendTimeMs: number
  logStartOffset: number
  recordErrors: { batchIndex: number; batchIndexErrorMessage: string | null }[]
  errorMessage: string | null
}

// Produce (0), v3-13: appends one batch to each of some partitions.
// v3 transactions, magic 2. v5 logStartOffset. v7 zstd. v8 recordErrors, errorMessage (KIP-467). v9 flexible.
// v10 currentLeader, nodeEndpoints (KIP-951). v11, v12 as v10 (KIP-890). v13 topic ids (KIP-516).
export const produce = handler(produceRequest, produceResponse, async (request, context) => {
  const pending: Promise<void>[] = []
  const responses = request.topicData.map((topicData) => {
    const topic = findTopic(context, topicData, context.apiVersion >= byIdVersion)
    const partitionResponses = topicData.partitionData.map(({ index, records }) => {
      const answer = unanswered(index)
      const partition = findPartition(context, topic, index)
      const refusal = refusalOf(request, context, topic, partition, records)
      if (refusal !== undefined) fail(answer, refusal, partition, context)
      else
        pending.push(
          (partition as Partition).append(records!, { origin: 'client' }).then(
            (result) => succeed(answer, result),
            (error) => fail(answer, error, partition, context),
          ),
        )
      return answer
    })
    return { name: topicData.name, topicId: topicData.topicId, partitionResponses }
  })
  if (request.acks === 0) return closeOnFailure(pending, responses, context)
  if (pending.length > 0) await settledOrTimedOut(pending, request.timeoutMs, context)
  return { responses: responses.filter(({ partitionResponses }) => partitionResponses.length > 0) }
})

/** Why a batch is not appended, as far as can be told without looking into it. */
function refusalOf(
  { acks, transactionalId }: ProduceRequest,
  { apiVersion }: RequestContext,
  topic: Topic | undefined,
  partition: Found,
  records: Buffer | null,
): KafkaError | undefined {
  if (acks < -1 || acks > 1)
    return new KafkaError('INVALID_REQUIRED_ACKS', `acks must be -1 (all), 0 or 1, but is ${acks}`)
  if (topic === undefined) return errorOfCode(unknownTopicCode(apiVersion >= byIdVersion))
  if (typeof partition === 'number') return errorOfCode(partition)
  if (topic.internal)
    return new KafkaError('INVALID_TOPIC_EXCEPTION', `clients cannot write to the internal topic ${topic.name}`)
  const { minInsyncReplicas } = partition.settings
  if (acks === -1 && minInsyncReplicas > 1)
    return new KafkaError(
      'NOT_ENOUGH_REPLICAS',
      `${topic.name} has min.insync.replicas=${minInsyncReplicas}, and this broker is the only replica`,
    )
  if (records === null || records.length === 0)
    return new KafkaError('INVALID_RECORD', 'a Produce must have a record batch for each partition')
  return records.length < batchHeaderBytes ? undefined : refusalOfBatch(records, apiVersion, transactionalId)
}

function refusalOfBatch(records: Buffer, apiVersion: number, transactionalId: string | null): KafkaError | undefined {
  const attributes = records.readInt16BE(layout.attributes)
  if ((attributes & attributeBits.transactional) !== 0)
    return transactionalId === null
      ? new KafkaError('TRANSACTIONAL_ID_AUTHORIZATION_FAILED', 'a transactional batch needs a transactional id')
      : new KafkaError('INVALID_TXN_STATE', 'this broker has no transactions')
  const compression = attributes & attributeBits.compression
  if (compression > zstd || (compression === zstd && apiVersion < zstdVersion))
    return new KafkaError(
      'UNSUPPORTED_COMPRESSION_TYPE',
      compression > zstd ? `no compression has the code ${compression}` : `zstd needs Produce version ${zstdVersion}`,
    )
  return undefined
}

const errorOfCode = (code: number) => new KafkaError(errorOf(code).name as ConstructorParameters<typeof KafkaError>[0])

const unanswered = (index: number): Answer => ({
  index,
  errorCode: ErrorCode.REQUEST_TIMED_OUT,
  baseOffset: -1,
  logAppendTimeMs: -1,
  logStartOffset: -1,
  recordErrors: [],
  errorMessage: null,
})

function succeed(answer: Answer, { baseOffset, logAppendTimeMs, logStartOffset }: Appended): void {
  answer.errorCode = ErrorCode.NONE
  answer.baseOffset = baseOffset
  answer.logAppendTimeMs = logAppendTimeMs
  answer.logStartOffset = logStartOffset
}

/** Errors after which Kafka does not tell where the log starts. */
const withoutLogStart: ReadonlySet<number> = new Set([
  ErrorCode.INVALID_REQUIRED_ACKS,
  ErrorCode.INVALID_TOPIC_EXCEPTION,
  ErrorCode.MESSAGE_TOO_LARGE,
  ErrorCode.RECORD_LIST_TOO_LARGE,
  ErrorCode.CORRUPT_MESSAGE,
  ErrorCode.KAFKA_STORAGE_ERROR,
])

function fail(answer: Answer, error: unknown, partition: Found, context: RequestContext): void {
  answer.errorCode = errorCodeOf(error, context, 'an append')
  if (typeof partition !== 'number' && !withoutLogStart.has(answer.errorCode))
    answer.logStartOffset = partition.logStartOffset
  if (!(error instanceof KafkaError)) return
  answer.errorMessage = error.message === error.name ? null : error.message
  answer.recordErrors = error.recordErrors.map(({ batchIndex, message }) => ({
    batchIndex,
    batchIndexErrorMessage: message,
  }))
}

/** What is not written in time stays REQUEST_TIMED_OUT: it may be written later, or never. */
function settledOrTimedOut(pending: readonly Promise<void>[], timeoutMs: number, { runtime }: RequestContext) {
  return new Promise<void>((resolve) => {
    const timer = runtime.timer(Math.max(timeoutMs, leastTimeoutMs), resolve)
    let left = pending.length
    const settled = () => {
      if (--left > 0) return
      timer.cancel()
      resolve()
    }
    for (const one of pending) one.then(settled)
  })
}

/** With acks=0 there is no answer to put an error in: a closed connection makes the producer look again. */
async function closeOnFailure(
  pending: readonly Promise<void>[],
  responses: readonly { readonly partitionResponses: readonly Answer[] }[],
  { connection }: RequestContext,
): Promise<undefined> {
  await Promise.all(pending)
  const failed = responses
    .flatMap((response) => response.partitionResponses)
    .find((answer) => answer.errorCode !== ErrorCode.NONE)
  if (failed !== undefined)
    connection.close(
      `a Produce with acks=0 failed with ${errorOf(failed.errorCode).name}: ${failed.errorMessage ?? 'no details'}`,
    )
}
