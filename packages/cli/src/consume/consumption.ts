import type { Consumer, ConsumerBatch } from '@ottla/client'
import type { Runtime, Timer } from '@ottla/runtime'
import type { ConsumeArguments } from '../arguments/consume-arguments.ts'
import { interruption } from '../session/interruption.ts'
import { runSession } from '../session/session.ts'
import { assignedConsumer, groupConsumer } from './consumer-start.ts'
import { EndWatch } from './end-watch.ts'
import { recordOutput } from './record-output.ts'

/** `ottla consume`. */
export function consume(names: readonly string[], options: ConsumeArguments): Promise<void> {
  return runSession(options, async (session) => {
    const write = recordOutput(options)
    const endWatch = options.untilEnd === true ? new EndWatch() : undefined
    const start = { names, options, endWatch }
    const interrupted = interruption(session.runtime)
    const consumer = await (options.group === undefined ? assignedConsumer : groupConsumer)(session, start)
    interrupted.addEventListener('abort', () => void consumer.close())
    if (interrupted.aborted) void consumer.close()
    const watching = endWatch && closeAtEnd(consumer, endWatch, session.runtime)
    try {
      await copy(consumer, { write, maxCount: options.count ?? Number.POSITIVE_INFINITY, endWatch })
    } finally {
      watching?.cancel()
      await consumer.close()
    }
  })
}

interface CopyOptions {
  readonly write: (records: ConsumerBatch['records']) => Promise<void>
  readonly maxCount: number
  readonly endWatch: EndWatch | undefined
}

/**
 * Prints records until the consumer is closed, or there are enough. A batch counts as processed when the next one is asked
 * for, and so only after it was printed; closing the consumer commits that.
 */
async function copy(consumer: Consumer, { write, maxCount, endWatch }: CopyOptions): Promise<void> {
  let left = maxCount
  for await (const { records } of consumer.batches()) {
    const printed = records.length > left ? records.slice(0, left) : records
    await write(printed)
    left -= printed.length
    if (left <= 0) {
      if (consumer.member !== undefined) await consumer.commit(printed.at(-1)!)
      return
    }
    if (endWatch?.isReached(consumer) === true) void consumer.close()
  }
}

const endCheckMs = 100

/** Where nothing (more) is to be read, no batch comes after which to look. */
function closeAtEnd(consumer: Consumer, endWatch: EndWatch, runtime: Runtime): Timer {
  let timer: Timer
  const check = () => {
    if (consumer.isClosed) return
    if (endWatch.isReached(consumer)) void consumer.close()
    else timer = runtime.timer(endCheckMs, check)
  }
  timer = runtime.timer(0, check)
  return { cancel: () => timer.cancel() }
}
