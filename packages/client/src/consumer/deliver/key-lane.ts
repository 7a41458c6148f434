/**
 * Which of `count` lanes the records of a key go: always the same one, so that they keep their order. Records without a
 * key go lane by lane, by their offsets.
 */
export function laneOf(key: unknown, offset: number, count: number): number {
  if (key === null || key === undefined) return offset % count
  const bytes = key instanceof Uint8Array ? key : Buffer.from(typeof key === 'string' ? key : JSON.stringify(key))
  // FNV-1a: short, and even enough for lanes.
  let hash = 0x811c9dc5
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193)
  return (hash >>> 0) % count
}
