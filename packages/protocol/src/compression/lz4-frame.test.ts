import { deepEqual, equal, throws } from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { compressFrameSync, decompressFrameSync } from 'lz4-napi'
import { measureLz4Frame, packLz4Frame, unpackLz4Frame } from './lz4-frame.ts'
import { xxhash32 } from './xxhash32.ts'

const unpack = (frame: Buffer) => unpackLz4Frame(frame, measureLz4Frame(frame))
const content = Buffer.concat([randomBytes(1000), Buffer.alloc(100_000, 'kafka'), randomBytes(70_000)])

/** A frame around blocks, so that each of the format's flags can be had. */
function frame(flags: number, blocks: { bytes: Buffer; stored?: boolean }[], { size }: { size?: number } = {}): Buffer {
  const header = Buffer.alloc(size === undefined ? 2 : 10)
  header.set([0x40 | flags, 0x40])
  if (size !== undefined) header.writeBigUInt64LE(BigInt(size), 2)
  const pieces: Buffer[] = [Buffer.from([0x04, 0x22, 0x4d, 0x18]), header, Buffer.from([xxhash32(header) >>> 8])]
  for (const { bytes, stored } of blocks) {
    const length = Buffer.alloc(4)
    length.writeUInt32LE(bytes.length + (stored === true ? 0x8000_0000 : 0))
    pieces.push(length, bytes)
  }
  return Buffer.concat([...pieces, Buffer.alloc(4)])
}

const independent = 0x20
const hello = { bytes: Buffer.from('hello hello'), stored: true }
/** `hello` from 11 bytes before this block, then the literals `!!!!!`. */
const backReference = { bytes: Buffer.from([0x01, 11, 0, 0x50, 0x21, 0x21, 0x21, 0x21, 0x21]) }

test('a match may reach into the block before only where the frame says that blocks are linked', () => {
  const linked = frame(0, [hello, backReference])
  equal(String(unpack(linked)), 'hello hellohello!!!!!')
  deepEqual(unpack(linked), decompressFrameSync(linked))
  throws(() => unpack(frame(independent, [hello, backReference])), /a match 11 bytes before/)
})

test('a frame that says its size holds so much, neither more nor less', () => {
  equal(String(unpack(frame(independent | 0x08, [hello], { size: 11 }))), 'hello hello')
  throws(() => unpack(frame(independent | 0x08, [hello], { size: 12 })), /claims to hold 12/)
})

test('checksums of blocks and content are verified', () => {
  const packed = compressFrameSync(content, { contentChecksum: true, blockChecksums: true })
  deepEqual(unpack(packed), content)
  const lastBlockSum = packed.length - 9
  for (const at of [6, 500, lastBlockSum, packed.length - 1]) {
    const damaged = Buffer.from(packed)
    damaged[at]! ^= 1
    throws(() => unpack(damaged), RangeError, `byte ${at} of ${packed.length}`)
  }
})

test('what has no meaning in a header is refused, as is a dictionary, which nobody has', () => {
  for (const flags of [independent | 0x02, independent | 0x80, independent | 0x01])
    throws(() => unpack(frame(flags, [hello])), RangeError)
})

test('a frame is that of Kafka: blocks of 64 KiB that do not need each other, no checksums', () => {
  equal(packLz4Frame(Buffer.from('a')).toString('hex'), '04224d18604082010000806100000000')
})

test('a block larger than the frame allows is refused, packed or not', () => {
  const tooMuch = { bytes: randomBytes(65_537), stored: true }
  throws(() => unpack(frame(independent, [tooMuch])), /65536 are allowed/)
  // One literal, and a match of 70,000 bytes.
  const bomb = Buffer.concat([Buffer.from([0x1f, 0x61, 1, 0]), Buffer.alloc(274, 255), Buffer.from([100, 0x00])])
  throws(() => unpack(frame(independent, [{ bytes: bomb }])), /a block of more than 65536 bytes/)
})
