import type { FetchedChunk } from '../consumer/fetch/fetch-buffer.ts'
import type { AssignedPartition } from '../consumer/progress/assigned-partition.ts'
import type { FetchedBatch } from './batch.ts'
import { KafkaJSError } from './errors.ts'
import { protocolError } from './translated-error.ts'
import type { ConsumerRunConfig, EachBatchHandler, EachMessageHandler } from './types/consumer.ts'
import type { Logger } from './types/logging.ts'
import type { Offsets, OffsetsByTopicPartition } from './types/offsets.ts'

/** What handlers can do to the run that has called them. */
export interface RunTools {
  readonly isRunning: boolean
  readonly logger: Logger
  readonly config: ConsumerRunConfig
  pause(partition: AssignedPartition): () => void
  resolve(partition: AssignedPartition, nextOffset: number): void
  commit(offsets?: Offsets): Promise<void>
  /** Nothing, unless messages are to be committed automatically. */
  autoCommit(): Promise<void>
  /** The same, when it is time or enough has been processed. */
  commitIfNecessary(): Promise<void>
  uncommitted(): OffsetsByTopicPartition
  /** Lets timers run where a handler never waits for anything. */
  breathe(): Promise<void>
}

const isStale = ({ turn, partition }: FetchedChunk): boolean => turn !== partition.turn

/** Somebody has sought another offset; what the handler finishes now says nothing of where to go on. */
const wasSought = (chunk: FetchedChunk): boolean => isStale(chunk) && !chunk.partition.isLeaving

/** Ends a handler whose partition is given up. */
async function heartbeat(tools: RunTools, partition: AssignedPartition): Promise<void> {
  await tools.breathe()
  if (!partition.isLeaving) return
  await tools.autoCommit()
  throw protocolError(27)
}

export async function processMessages(
  tools: RunTools,
  eachMessage: EachMessageHandler,
  chunk: FetchedChunk,
  batch: FetchedBatch,
): Promise<void> {
  const { partition } = chunk
  const { topic, partition: index } = batch
  const payload = {
    topic,
    partition: index,
    heartbeat: () => heartbeat(tools, partition),
    pause: () => tools.pause(partition),
  }
  for (const message of batch.messages) {
    if (!tools.isRunning || isStale(chunk) || partition.isPaused) return
    try {
      await eachMessage({ ...payload, message })
    } catch (error) {
      await failed(tools, error, 'eachMessage', { topic, partition: index, offset: message.offset })
    }
    if (!wasSought(chunk)) tools.resolve(partition, Number(message.offset) + 1)
    await tools.breathe()
    if (tools.config.autoCommit !== false) await tools.commitIfNecessary()
  }
  // Behind the last message there may be some that are not for consumers.
  if (!isStale(chunk)) tools.resolve(partition, chunk.nextOffset)
}

export async function processBatch(
  tools: RunTools,
  eachBatch: EachBatchHandler,
  chunk: FetchedChunk,
  batch: FetchedBatch,
): Promise<void> {
  const { partition, nextOffset } = chunk
  const lastMessage = batch.messages.at(-1)
  const resolveOffset = (offset: string) => {
    if (wasSought(chunk)) return
    tools.resolve(partition, String(offset) === lastMessage?.offset ? nextOffset : Number(offset) + 1)
  }
  try {
    await eachBatch({
      batch,
      resolveOffset,
      heartbeat: () => heartbeat(tools, partition),
      pause: () => tools.pause(partition),
      commitOffsetsIfNecessary: (offsets) => (offsets ? tools.commit(offsets) : tools.commitIfNecessary()),
      uncommittedOffsets: () => tools.uncommitted(),
      isRunning: () => tools.isRunning,
      isStale: () => isStale(chunk),
    })
  } catch (error) {
    const { topic, partition: index } = batch
    await failed(tools, error, 'eachBatch', { topic, partition: index, offset: batch.firstOffset() })
  }
  if (tools.config.eachBatchAutoResolve !== false && !wasSought(chunk)) tools.resolve(partition, nextOffset)
}

/** What was processed before is committed all the same. */
async function failed(tools: RunTools, error: unknown, handler: string, where: object): Promise<never> {
  if (!(error instanceof KafkaJSError)) {
    const { stack } = error as Error
    tools.logger.error(`Error when calling ${handler}`, { ...where, stack, error })
  }
  await tools.autoCommit()
  throw error
}
