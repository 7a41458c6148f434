// What is measured, the same for every client.

export interface ProduceWork {
  /** Of a value. */
  readonly bytes: number
  /** Records of one call. */
  readonly perCall: number
  /** Calls at a time. */
  readonly atATime: number
}

export interface ConsumeWork {
  readonly bytes: number
  /** In the topic that is read. */
  readonly records: number
}

export const produceWorks: Readonly<Record<string, ProduceWork>> = {
  'produce 100 B': { bytes: 100, perCall: 1_000, atATime: 5 },
  'produce 1 KB': { bytes: 1_024, perCall: 1_000, atATime: 5 },
  'produce 100 B, one a call': { bytes: 100, perCall: 1, atATime: 1_000 },
}

export const consumeWorks: Readonly<Record<string, ConsumeWork>> = {
  'consume 100 B': { bytes: 100, records: 5_000_000 },
  'consume 1 KB': { bytes: 1_024, records: 1_000_000 },
}
