import { type NewRecord, pack } from '@ottla/protocol'

/** One batch of records with these values, as a producer makes it. */
export const batchOf = (...values: string[]): Buffer =>
  pack(values.map((value, i): NewRecord => ({ value: Buffer.from(value), key: null, timestamp: 1000 + i }))).bytes

/** The request of a Produce to one partition. */
export const produceTo = (topic: string, index: number, records: Buffer | null, acks = -1) => ({
  acks,
  timeoutMs: 30_000,
  topicData: [{ name: topic, partitionData: [{ index, records }] }],
})

/** The request of a sessionless Fetch from one partition. */
export const fetchFrom = (
  topic: string,
  partition: number,
  fetchOffset: number,
  options: { minBytes?: number; maxWaitMs?: number; maxBytes?: number } = {},
) => ({
  maxWaitMs: options.maxWaitMs ?? 0,
  minBytes: options.minBytes ?? 1,
  maxBytes: options.maxBytes ?? 2 ** 20,
  topics: [{ topic, partitions: [{ partition, fetchOffset, partitionMaxBytes: 2 ** 20 }] }],
})
