import type { ProducerRecord } from '@ottla/client'
import type { ProduceArguments } from '../arguments/produce-arguments.ts'
import { recordOfJson } from '../records/json-record.ts'
import { lineReader } from '../records/line-record.ts'
import { LineSplitter } from '../records/line-splitter.ts'
import { CommandError } from '../session/command-error.ts'
import { failureText } from '../session/failure.ts'
import { interruption } from '../session/interruption.ts'
import { runSession, type Session } from '../session/session.ts'
import { printJson, printLine } from '../terminal/output.ts'
import { Progress } from '../terminal/progress.ts'
import { bytesText, countText, secondsText } from '../terminal/quantities.ts'
import { DeliveryTally } from './delivery-tally.ts'
import { input, isTyped } from './input.ts'

/** `ottla produce`. */
export function produce(topic: string, file: string | undefined, options: ProduceArguments): Promise<void> {
  return runSession(options, async (session) => {
    const { client, runtime } = session
    const producer = client.producer({
      acks: options.acks === 'all' ? 'all' : options.acks === '1' ? 1 : 0,
      compression: options.compression,
      deliveryTimeoutMs: options.timeout,
      topicTimeoutMs: options.timeout,
    })
    if (isTyped(file)) process.stderr.write('Type records, one a line. Ctrl-D ends.\n')
    if (options.partition !== undefined) await checkPartition(session, topic, options.partition)
    const tally = new DeliveryTally(producer, runtime)
    const progress = isTyped(file) ? undefined : new Progress(runtime, () => `${soFar(tally)} …`)
    try {
      await sendLines(recordReader(topic, options), tally, input(file, runtime, interruption(runtime)))
    } finally {
      progress?.end()
    }
    if (options.json === true) await printJson(summary(topic, tally))
    else await printLine(`${soFar(tally)} written to ${topic} in ${secondsText(tally.elapsedMs)}`)
  })
}

/** The producer would wait for a partition that does not come. A topic that is not there may be created by the first record. */
async function checkPartition({ admin }: Session, topic: string, partition: number): Promise<void> {
  const [described] = await admin.describeTopics([topic]).catch(() => [])
  const count = described?.partitions.length
  if (count !== undefined && partition >= count)
    throw new CommandError(
      `topic ${topic} has no partition ${partition}; it has ${countText(count, 'partition')}, from 0 on`,
    )
}

function recordReader(topic: string, options: ProduceArguments): (line: Buffer) => ProducerRecord | undefined {
  const { header: added = [], partition, key } = options
  if (options.json === true)
    return (line) => {
      if (line.length === 0) return undefined
      const record = recordOfJson(line)
      return {
        ...record,
        topic,
        ...(key !== undefined && { key }),
        partition: partition ?? (options.anyPartition === true ? undefined : record.partition),
        headers: [...(record.headers as Iterable<readonly [string, Buffer]>), ...added],
      }
    }
  const read = lineReader(options)
  return (line) => ({ topic, ...read(line), headers: added, partition })
}

/** Sends what lines say until their end, the first that is wrong, or the first record that can not be written. */
async function sendLines(
  read: (line: Buffer) => ProducerRecord | undefined,
  tally: DeliveryTally,
  chunks: AsyncIterable<Buffer>,
): Promise<void> {
  const splitter = new LineSplitter()
  let lineNumber = 0
  let sentCount = 0
  let wrong: string | undefined
  const sendAll = async (lines: readonly Buffer[]) => {
    const records: ProducerRecord[] = []
    try {
      for (const line of lines) {
        lineNumber++
        const record = read(line)
        if (record !== undefined) records.push(record)
      }
    } catch (error) {
      wrong = `line ${lineNumber}: ${failureText(error)}`
    }
    sentCount += records.length
    if (records.length > 0) await tally.send(records)
  }
  for await (const chunk of chunks) {
    await sendAll(splitter.push(chunk))
    if (wrong !== undefined || tally.failure !== undefined) break
  }
  if (wrong === undefined && tally.failure === undefined) await sendAll(splitter.end())
  await tally.settled()
  if (tally.failure !== undefined)
    throw new CommandError(`${failureText(tally.failure)}; ${tally.records} of ${sentCount} records were written`)
  if (wrong !== undefined) throw new CommandError(`${wrong} (written before it: ${countText(tally.records, 'record')})`)
}

const soFar = ({ records, bytes }: DeliveryTally) => `${countText(records, 'record')} (${bytesText(bytes)})`

const summary = (topic: string, { records, bytes, partitions }: DeliveryTally) => ({
  topic,
  records,
  bytes,
  partitions: [...partitions]
    .sort(([a], [b]) => a - b)
    .map(([partition, { records: count, firstOffset = null, lastOffset = null }]) => ({
      partition,
      records: count,
      firstOffset,
      lastOffset,
    })),
})
