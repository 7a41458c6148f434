import { partitionForKey } from '@ottla/protocol'
import { nodeRuntime } from '@ottla/runtime'
import { randomInteger } from '../connection/chance.ts'
import type { DefaultPartitioner, ICustomPartitioner, LegacyPartitioner, PartitionMetadata } from './types/message.ts'

/** Gives a partition for a key. */
type KeyRule = (key: Buffer, partitionCount: number) => number

/** A partition that the message names; else that of its key; else one after the other of those with a leader. */
const partitioner =
  (ofKey: KeyRule): ICustomPartitioner =>
  () => {
    const nextTurns = new Map<string, number>()
    return ({ topic, partitionMetadata, message: { partition, key } }) => {
      if (partition != null) return partition
      if (key != null) return ofKey(Buffer.isBuffer(key) ? key : Buffer.from(String(key)), partitionMetadata.length)
      const turn = nextTurns.get(topic) ?? randomInteger(nodeRuntime(), 2 ** 31)
      nextTurns.set(topic, (turn + 1) % 2 ** 31)
      return inTurn(partitionMetadata, turn)
    }
  }

function inTurn(partitions: readonly PartitionMetadata[], turn: number): number {
  const led = partitions.filter(({ leader }) => leader >= 0)
  return led.length > 0 ? led[turn % led.length]!.partitionId : turn % partitions.length
}

const seed = 0x9747b28c
const multiplier = 0x5bd1e995

/**
 * The hash of kafkajs before version 2: MurmurHash 2 in floating point, which loses bits, and with a last word that is
 * mixed in twice. Whoever keeps it has keys lying where it has put them.
 */
function legacyHash(key: Buffer): number {
  let hash = seed ^ key.length
  for (let at = 0; at < key.length; at += 4) {
    let word = byte(key, at) + (byte(key, at + 1) << 8) + (byte(key, at + 2) << 16) + (byte(key, at + 3) << 24)
    word *= multiplier
    word ^= word >>> 24
    word *= multiplier
    hash *= multiplier
    hash ^= word
  }
  const rest = key.length & ~3
  if (key.length > rest + 2) hash ^= byte(key, rest + 2) << 16
  if (key.length > rest + 1) hash ^= byte(key, rest + 1) << 8
  if (key.length > rest) {
    hash ^= byte(key, rest)
    hash *= multiplier
  }
  hash ^= hash >>> 13
  hash *= multiplier
  hash ^= hash >>> 15
  return hash
}

const byte = (bytes: Buffer, at: number): number => bytes[at] ?? 0

const defaultPartitioner = partitioner(partitionForKey)

export const Partitioners: {
  DefaultPartitioner: DefaultPartitioner
  LegacyPartitioner: LegacyPartitioner
  /** @deprecated The same as DefaultPartitioner. */
  JavaCompatiblePartitioner: DefaultPartitioner
} = {
  DefaultPartitioner: defaultPartitioner,
  LegacyPartitioner: partitioner((key, count) => (legacyHash(key) & 0x7fffffff) % count),
  JavaCompatiblePartitioner: defaultPartitioner,
}
