/** Below, a loop is faster than the call. */
const minBytesOfCall = 24

/** Copies between two arrays. Both ends have been checked by the caller. */
export function copyBytes(from: Uint8Array, at: number, bytes: number, to: Uint8Array, toAt: number): void {
  if (bytes >= minBytesOfCall) to.set(from.subarray(at, at + bytes), toAt)
  else for (let i = 0; i < bytes; i++) to[toAt + i] = from[at + i]!
}

/** Writes again what stands `offset` bytes before `at`. With an offset below `bytes` a pattern repeats itself. */
export function repeatBytes(content: Uint8Array, at: number, offset: number, bytes: number): void {
  if (offset >= bytes && bytes >= minBytesOfCall) content.copyWithin(at, at - offset, at - offset + bytes)
  else if (offset === 1) content.fill(content[at - 1]!, at, at + bytes)
  else for (let i = 0; i < bytes; i++) content[at + i] = content[at - offset + i]!
}
