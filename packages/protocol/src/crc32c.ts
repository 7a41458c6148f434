const polynomial = 0x82f63b78
// Eight tables of 256: table n holds the checksum of a byte that n zero bytes follow ("slicing by 8").
const tables = makeTables()

/**
 * The native checksum is five times faster from 1 KB on, but loading it takes up to 15 ms: it is loaded once this many
 * bytes were checksummed without it, which a test or a quiet broker never reaches.
 */
const bytesBeforeNative = 4 * 1024 * 1024
/** Below, the call into native code costs more than it saves. */
const minNativeBytes = 256

let native: ((bytes: Uint8Array) => number) | undefined
let bytesWithoutNative = 0

/** CRC-32C (Castagnoli) of `bytes` from `from` on, unsigned. */
export function crc32c(bytes: Uint8Array, from = 0): number {
  const size = bytes.length - from
  if (native !== undefined && size >= minNativeBytes) return native(from === 0 ? bytes : bytes.subarray(from))
  if (bytesWithoutNative < bytesBeforeNative) {
    bytesWithoutNative += size
    if (bytesWithoutNative >= bytesBeforeNative) void loadNativeCrc32c()
  }
  return portableCrc32c(bytes, from)
}

/** Has native code do the long checksums from now on, where the platform has it. True if it does. */
export async function loadNativeCrc32c(): Promise<boolean> {
  try {
    const { crc32c } = await import('@node-rs/crc32')
    native = (bytes) => crc32c(bytes)
    return true
  } catch {
    return false // An optional dependency: it need not be there.
  }
}

/** The same in JavaScript, on every platform. */
export function portableCrc32c(bytes: Uint8Array, from = 0): number {
  let crc = -1
  let at = from
  for (const end = bytes.length - 7; at < end; at += 8) {
    const low = crc ^ (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24))
    crc =
      tables[0x700 | (low & 0xff)]! ^
      tables[0x600 | ((low >>> 8) & 0xff)]! ^
      tables[0x500 | ((low >>> 16) & 0xff)]! ^
      tables[0x400 | (low >>> 24)]! ^
      tables[0x300 | bytes[at + 4]!]! ^
      tables[0x200 | bytes[at + 5]!]! ^
      tables[0x100 | bytes[at + 6]!]! ^
      tables[bytes[at + 7]!]!
  }
  for (; at < bytes.length; at++) crc = (crc >>> 8) ^ tables[(crc ^ bytes[at]!) & 0xff]!
  return ~crc >>> 0
}

function makeTables(): Int32Array {
  const tables = new Int32Array(8 * 256)
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? polynomial : 0)
    tables[byte] = crc
  }
  for (let at = 256; at < tables.length; at++) {
    const before = tables[at - 256]!
    tables[at] = (before >>> 8) ^ tables[before & 0xff]!
  }
  return tables
}
