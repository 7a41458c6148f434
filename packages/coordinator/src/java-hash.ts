/** Java's `String.hashCode`: the hash that places a group on a partition of `__consumer_offsets`. */
export function javaStringHash(text: string): number {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0
  return hash
}

/** The partition of a coordinator's topic that a group or transactional id belongs to. */
export function coordinatorPartition(key: string, partitionCount: number): number {
  const hash = javaStringHash(key)
  // As Kafka's Utils.abs: the one number without a positive twin counts as 0.
  return (hash === -2147483648 ? 0 : Math.abs(hash)) % partitionCount
}
