import { type Decoded, ErrorCode, listOffsetsRequest, listOffsetsResponse } from '@ottla/protocol'
import type { Cluster } from '../../connection/cluster.ts'
import { asOttlaError, brokerError, OttlaError } from '../../ottla-error.ts'
import type { IsolationLevel } from '../consumer-options.ts'
import { partitionKey, type TopicPartition } from '../topic-partition.ts'

/** Timestamps that are none, in ListOffsets. */
export const latestTimestamp = -1
export const earliestTimestamp = -2

export interface OffsetQuestion extends TopicPartition {
  /** Milliseconds since 1970, or one of those above. */
  readonly timestamp: number
}

export interface FoundOffset {
  /** -1: no record is as late as the timestamp. */
  readonly offset: number
  readonly timestamp: number
  readonly leaderEpoch: number
}

type Asked = OffsetQuestion & { readonly leaderEpoch: number }
type Answers = Map<string, FoundOffset | OttlaError>

/** Asks the leaders once. By `partitionKey`; a partition whose question failed has the error. */
export async function listOffsets(
  cluster: Cluster,
  questions: readonly OffsetQuestion[],
  isolationLevel: IsolationLevel,
): Promise<Answers> {
  const answers: Answers = new Map()
  const byLeader = new Map<number, Asked[]>()
  for (const question of questions) {
    const leader = cluster.leader(question.topic, question.partition)
    if (leader === undefined) {
      const { topic, partition } = question
      answers.set(partitionKey(topic, partition), new OttlaError('LEADER_NOT_AVAILABLE', { topic, partition }))
      continue
    }
    const asked = byLeader.get(leader.leader) ?? []
    byLeader.set(leader.leader, asked)
    asked.push({ ...question, leaderEpoch: leader.leaderEpoch })
  }
  const level = isolationLevel === 'read_committed' ? 1 : 0
  await Promise.all([...byLeader].map(([brokerId, asked]) => askLeader(cluster, brokerId, asked, level, answers)))
  return answers
}

async function askLeader(
  cluster: Cluster,
  brokerId: number,
  asked: readonly Asked[],
  isolationLevel: number,
  answers: Answers,
): Promise<void> {
  try {
    const body = {
      replicaId: -1,
      isolationLevel,
      topics: topicsOf(asked),
      timeoutMs: cluster.settings.requestTimeoutMs,
    }
    const response = await cluster.send(brokerId, listOffsetsRequest, listOffsetsResponse, body)
    for (const { name, partitions } of response.topics) {
      for (const answer of partitions) answers.set(partitionKey(name, answer.partitionIndex), found(name, answer))
    }
  } catch (error) {
    for (const { topic, partition } of asked) answers.set(partitionKey(topic, partition), asOttlaError(error))
  }
}

function found(
  topic: string,
  answer: Decoded<typeof listOffsetsResponse>['topics'][number]['partitions'][number],
): FoundOffset | OttlaError {
  const { errorCode, partitionIndex: partition, offset, timestamp, leaderEpoch } = answer
  if (errorCode === ErrorCode.NONE) return { offset, timestamp, leaderEpoch }
  return brokerError(errorCode, undefined, { topic, partition })!
}

function topicsOf(asked: readonly Asked[]) {
  const topics = new Map<string, { partitionIndex: number; currentLeaderEpoch: number; timestamp: number }[]>()
  for (const { topic, partition, timestamp, leaderEpoch } of asked) {
    const partitions = topics.get(topic) ?? []
    topics.set(topic, partitions)
    partitions.push({ partitionIndex: partition, currentLeaderEpoch: leaderEpoch, timestamp })
  }
  return [...topics].map(([name, partitions]) => ({ name, partitions }))
}

/** The same until all are answered, or the time is up. */
export async function findOffsets(
  cluster: Cluster,
  questions: readonly OffsetQuestion[],
  isolationLevel: IsolationLevel,
): Promise<Map<string, FoundOffset>> {
  const answers = new Map<string, FoundOffset>()
  await Promise.all([...new Set(questions.map(({ topic }) => topic))].map((topic) => cluster.topic(topic)))
  const options = { what: 'looking for offsets', beforeRetry: () => cluster.refresh() }
  await cluster.retry(options, async () => {
    const open = questions.filter(({ topic, partition }) => !answers.has(partitionKey(topic, partition)))
    const failures: OttlaError[] = []
    for (const [key, answer] of await listOffsets(cluster, open, isolationLevel)) {
      if (answer instanceof OttlaError) failures.push(answer)
      else answers.set(key, answer)
    }
    const failure = failures.find((error) => !error.retriable) ?? failures[0]
    if (failure !== undefined) throw failure
  })
  return answers
}
