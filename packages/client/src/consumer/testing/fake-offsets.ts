import { type Decoded, ErrorCode, type offsetCommitRequest, type offsetFetchRequest } from '@ottla/protocol'

/** The offsets of one group. */
export class FakeOffsets {
  readonly #offsets = new Map<string, number>()
  /** Called with each offset before it is stored. */
  onCommit: (partition: string, offset: number) => void = () => {}

  /** `errorCode`: what the group says to the member. */
  commit({ topics }: Pick<Decoded<typeof offsetCommitRequest>, 'topics'>, errorCode: number) {
    return {
      topics: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex, committedOffset }) => {
          if (errorCode === ErrorCode.NONE) this.#store(`${name} ${partitionIndex}`, committedOffset)
          return { partitionIndex, errorCode }
        }),
      })),
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
