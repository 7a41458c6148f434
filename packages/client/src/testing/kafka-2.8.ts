import type { FakeBroker, VersionRange } from './fake-broker.ts'

/** What a broker of Apache Kafka 2.8 says that it speaks, by API key, as far as this client asks for it. */
export const kafka28Versions: Readonly<Record<number, VersionRange>> = {
  0: [0, 9],
  1: [0, 12],
  2: [0, 6],
  3: [0, 11],
  8: [0, 8],
  9: [0, 7],
  10: [0, 3],
  11: [0, 7],
  12: [0, 4],
  13: [0, 4],
  14: [0, 5],
  15: [0, 5],
  16: [0, 4],
  17: [0, 1],
  18: [0, 3],
  19: [0, 7],
  20: [0, 6],
  21: [0, 2],
  22: [0, 4],
  23: [0, 4],
  24: [0, 3],
  25: [0, 3],
  26: [0, 3],
  28: [0, 3],
  32: [0, 4],
  36: [0, 2],
  37: [0, 3],
  42: [0, 2],
  44: [0, 1],
  47: [0, 0],
  60: [0, 0],
}

/** From now on the broker is one of Kafka 2.8, to connections that ask. */
export function speakLikeKafka28(broker: FakeBroker): void {
  broker.speakOnly(new Map(Object.entries(kafka28Versions).map(([key, range]) => [Number(key), range])))
}
