import { equal } from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { crc32c, loadNativeCrc32c, portableCrc32c } from './crc32c.ts'

test('the checksum is that of RFC 3720', () => {
  equal(crc32c(new Uint8Array(32)), 0x8a9136aa)
  equal(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8ab43)
  equal(crc32c(Uint8Array.from({ length: 32 }, (_, at) => at)), 0x46dd794e)
  equal(crc32c(Uint8Array.from({ length: 32 }, (_, at) => 31 - at)), 0x113fdb5c)
  equal(crc32c(Buffer.from('123456789')), 0xe3069283)
  equal(crc32c(Buffer.alloc(0)), 0)
})

test('native and portable checksums agree at all lengths and places', async (t) => {
  const bytes = randomBytes(2048)
  if (!(await loadNativeCrc32c())) t.diagnostic('no native checksum for this platform: only the portable one is tested')
  for (let size = 0; size <= bytes.length; size += 7) {
    const part = bytes.subarray(0, size)
    equal(crc32c(part), portableCrc32c(part))
    equal(crc32c(bytes, size), portableCrc32c(bytes.subarray(size)))
  }
})
