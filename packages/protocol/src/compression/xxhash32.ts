const prime1 = 0x9e3779b1
const prime2 = 0x85ebca77
const prime3 = 0xc2b2ae3d
const prime4 = 0x27d4eb2f
const prime5 = 0x165667b1

const rotated = (value: number, bits: number) => (value << bits) | (value >>> (32 - bits))
const round = (lane: number, word: number) => Math.imul(rotated((lane + Math.imul(word, prime2)) | 0, 13), prime1)

/** XXH32 with seed 0, unsigned: the checksum of LZ4 frames. */
export function xxhash32(data: Uint8Array): number {
  const view = new DataView(data.buffer, data.byteOffset, data.length)
  let at = 0
  let hash = prime5
  if (data.length >= 16) {
    let [a, b, c, d] = [(prime1 + prime2) | 0, prime2 | 0, 0, -prime1 | 0]
    for (; at <= data.length - 16; at += 16) {
      a = round(a, view.getUint32(at, true))
      b = round(b, view.getUint32(at + 4, true))
      c = round(c, view.getUint32(at + 8, true))
      d = round(d, view.getUint32(at + 12, true))
    }
    hash = rotated(a, 1) + rotated(b, 7) + rotated(c, 12) + rotated(d, 18)
  }
  hash = (hash + data.length) | 0
  for (; at <= data.length - 4; at += 4)
    hash = Math.imul(rotated((hash + Math.imul(view.getUint32(at, true), prime3)) | 0, 17), prime4)
  for (; at < data.length; at++) hash = Math.imul(rotated((hash + Math.imul(data[at]!, prime5)) | 0, 11), prime1)
  hash = Math.imul(hash ^ (hash >>> 15), prime2)
  hash = Math.imul(hash ^ (hash >>> 13), prime3)
  return (hash ^ (hash >>> 16)) >>> 0
}
