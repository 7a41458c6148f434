import { type Decoded, ErrorCode, type offsetCommitRequest, type offsetFetchRequest } from '@ottla/protocol'
import type { FakeTopic } from '../../testing/fake-cluster.ts'

/** The offsets of one group. */
export class FakeOffsets {
  readonly #offsets = new Map<string, number>()
  readonly #topics: ReadonlyMap<string, FakeTopic>
  /** Called with each offset before it is stored. */
  onCommit: (partition: string, offset: number) => void = () => {}

  constructor(topics: ReadonlyMap<string, FakeTopic>) {
    this.#topics = topics
  }

  /** They go with their topic. */
  topicDeleted(topic: string): void {
    for (const partition of [...this.#offsets.keys()])
      if (partition.startsWith(`${topic} `)) this.#offsets.delete(partition)
  }

  /** `errorCode`: what the group says to the member. */
  commit({ topics }: Pick<Decoded<typeof offsetCommitRequest>, 'topics'>, errorCode: number) {
    return {
      topics: topics.map(({ name, topicId, partitions }) => {
        const topic = [...this.#topics.values()].find((each) => each.name === name || each.id === topicId)
        const code = topic === undefined && errorCode === ErrorCode.NONE ? ErrorCode.UNKNOWN_TOPIC_ID : errorCode
        return {
          name,
          topicId,
          partitions: partitions.map(({ partitionIndex, committedOffset }) => {
            if (code === ErrorCode.NONE) this.#store(`${topic!.name} ${partitionIndex}`, committedOffset)
            return { partitionIndex, errorCode: code }
          }),
        }
      }),
    }
  }

  /** Before version 8 a request is about one group, in fields of its own. */
  fetch({ topics, groups }: Decoded<typeof offsetFetchRequest>, errorCode: number) {
    const answer = (asked: { readonly name: string; readonly partitionIndexes: number[] }[]) =>
      asked.map(({ name, partitionIndexes }) => ({
        name,
        partitions: partitionIndexes.map((partitionIndex) => ({
          partitionIndex,
          committedOffset: this.#offsets.get(`${name} ${partitionIndex}`) ?? -1,
          metadata: '',
        })),
      }))
    return {
      errorCode,
      topics: errorCode === ErrorCode.NONE ? answer(topics ?? []) : [],
      groups: groups.map(({ groupId, topics: asked }) => ({
        groupId,
        errorCode,
        topics: errorCode === ErrorCode.NONE ? answer(asked ?? []) : [],
      })),
    }
  }

  #store(partition: string, offset: number): void {
    this.onCommit(partition, offset)
    this.#offsets.set(partition, offset)
  }
}
