import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FrameAssembler } from './frame-assembler.ts'
import { MalformedFrame } from './malformed-frame.ts'

const framed = (body: Uint8Array) => {
  const frame = Buffer.alloc(4 + body.length)
  frame.writeInt32BE(body.length)
  frame.set(body, 4)
  return frame
}

function takeAll(assembler: FrameAssembler): Buffer[] {
  const frames: Buffer[] = []
  for (let frame = assembler.take(); frame !== undefined; frame = assembler.take()) frames.push(frame)
  return frames
}

test('frames come out as they went in, however the bytes are cut, and every byte is counted', () => {
  const bodies = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 30 })
  const cuts = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1 })
  fc.assert(
    fc.property(bodies, cuts, (bodies, cuts) => {
      const assembler = new FrameAssembler(1000)
      const bytes = Buffer.concat(bodies.map(framed))
      const frames: Buffer[] = []
      let at = 0
      for (let i = 0; at < bytes.length; i++) {
        const chunk = bytes.subarray(at, at + cuts[i % cuts.length]!)
        at += chunk.length
        assembler.push(chunk)
        frames.push(...takeAll(assembler))
      }
      assert.deepEqual(
        frames.map((frame) => [...frame]),
        bodies.map((body) => [...body]),
      )
      assert.equal(assembler.heldBytes, 0)
      assert.equal(assembler.framesTaken, bodies.length)
    }),
  )
})

test('a frame that lies whole in its chunk is not copied, unless it would keep a much larger chunk in memory', () => {
  const assembler = new FrameAssembler(10_000)
  const [large, small] = [framed(Buffer.alloc(9000)), framed(Buffer.alloc(10))]
  const chunk = Buffer.concat([large, small])
  assembler.push(chunk)
  const shares = () => assembler.take()!.buffer === chunk.buffer
  assert.deepEqual([shares(), shares()], [true, false])
})

test('a size alone reserves little memory', () => {
  const assembler = new FrameAssembler(2 ** 30)
  const prefix = Buffer.alloc(4)
  prefix.writeInt32BE(2 ** 30)
  const before = process.memoryUsage().arrayBuffers
  assembler.push(prefix)
  assert.equal(assembler.take(), undefined)
  assert.ok(process.memoryUsage().arrayBuffers - before < 2 ** 20)
})

test('sizes below zero and above the limit are refused', () => {
  for (const size of [-1, -(2 ** 31), 1001]) {
    const assembler = new FrameAssembler(1000)
    const prefix = Buffer.alloc(4)
    prefix.writeInt32BE(size)
    assembler.push(prefix)
    assert.throws(() => assembler.take(), MalformedFrame)
  }
})
