const seed = 0x9747b28c
const multiplier = 0x5bd1e995
const shift = 24

/**
 * Kafka's hash of a key, a signed 32-bit number: MurmurHash 2 with Kafka's seed. `length`: only so many of the first
 * bytes are the key.
 */
export function murmur2(key: Uint8Array, length: number = key.length): number {
  let hash = seed ^ length
  let at = 0
  for (const end = length - 3; at < end; at += 4) {
    let word = key[at]! | (key[at + 1]! << 8) | (key[at + 2]! << 16) | (key[at + 3]! << 24)
    word = Math.imul(word, multiplier)
    word = Math.imul(word ^ (word >>> shift), multiplier)
    hash = Math.imul(hash, multiplier) ^ word
  }
  hash = lastBytes(hash, key, at, length)
  hash = Math.imul(hash ^ (hash >>> 13), multiplier)
  return hash ^ (hash >>> 15)
}

/** The partition that Kafka's producers choose for a key, so that all clients agree where a key lies. */
export const partitionForKey = (key: Uint8Array, partitions: number, length: number = key.length): number =>
  (murmur2(key, length) & 0x7fffffff) % partitions

function lastBytes(hash: number, key: Uint8Array, at: number, length: number): number {
  if (at === length) return hash
  let word = 0
  for (let last = length - 1; last >= at; last--) word = (word << 8) | key[last]!
  return Math.imul(hash ^ word, multiplier)
}
