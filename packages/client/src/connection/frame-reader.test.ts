import { deepEqual, throws } from 'node:assert/strict'
import { test } from 'node:test'
import { pour } from '@ottla/runtime'
import fc from 'fast-check'
import { FrameReader } from './frame-reader.ts'

const framed = (body: Uint8Array) => {
  const frame = Buffer.alloc(4 + body.length)
  frame.writeInt32BE(body.length, 0)
  frame.set(body, 4)
  return frame
}

/** Has the reader read a chunk, as a connection does. */
const push = (reader: FrameReader, chunk: Uint8Array, take: (frame: Buffer) => void) =>
  pour(chunk, { room: () => reader.room(), filled: (bytes) => reader.filled(bytes, take) })

test('frames come out as they went in, however the network cuts them', () => {
  const bodies = fc.array(fc.uint8Array({ minLength: 4, maxLength: 300 }), { maxLength: 12 })
  const cuts = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 })
  fc.assert(
    fc.property(bodies, cuts, (frames, lengths) => {
      const stream = Buffer.concat(frames.map(framed))
      const reader = new FrameReader(1_000, 'a test')
      const out: string[] = []
      for (let at = 0, i = 0; at < stream.length; i++) {
        const end = at + lengths[i % lengths.length]!
        push(reader, stream.subarray(at, end), (frame) => out.push(frame.toString('hex')))
        at = end
      }
      deepEqual(
        out,
        frames.map((frame) => Buffer.from(frame).toString('hex')),
      )
    }),
  )
})

test('frames larger than a chunk, and small ones around them, stay as they came while others are read', () => {
  const sizes = [10, 70_000, 20, 64 * 1024 - 4, 5, 200_000, 65_000, 400, 64 * 1024]
  const bodies = sizes.map((size, i) => Buffer.alloc(size, i + 1))
  const stream = Buffer.concat(bodies.map(framed))
  for (const chunkBytes of [1_000, 65_536, stream.length]) {
    const reader = new FrameReader(1_000_000, 'a test')
    const out: Buffer[] = []
    for (let at = 0; at < stream.length; at += chunkBytes)
      push(reader, stream.subarray(at, at + chunkBytes), (frame) => out.push(frame))
    deepEqual(out, bodies)
  }
})

test('what is no frame of Kafka is told by what it is', () => {
  const first = (bytes: Buffer) => () => push(new FrameReader(1_000_000, 'host:1'), bytes, () => {})
  throws(first(Buffer.from('\x15\x03\x03\x00\x02\x02', 'latin1')), { name: 'MALFORMED_RESPONSE', message: /tls/ })
  throws(first(Buffer.from('HTTP/1.1 400 Bad Request')), /HTTP server/)
  throws(first(Buffer.from('SSH-2.0-OpenSSH')), /SSH server/)
  throws(first(Buffer.from([0x7f, 0, 0, 0, 1])), /frame of 2130706432 bytes/)
})
