import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LineSplitter } from './line-splitter.ts'

function split(...chunks: string[]): string[] {
  const splitter = new LineSplitter()
  const lines = [...chunks.flatMap((chunk) => splitter.push(Buffer.from(chunk))), ...splitter.end()]
  return lines.map((line) => line.toString())
}

test('lines end with LF or CRLF, and the last one may have no end', () => {
  assert.deepEqual(split('a\nb\r\n\nc'), ['a', 'b', '', 'c'])
  assert.deepEqual(split('a\r', '\nb\n'), ['a', 'b'])
  assert.deepEqual(split(''), [])
})

test('lines are the same wherever the chunks are cut', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[ab]{0,5}$/)), fc.array(fc.nat(40)), (lines, cuts) => {
      const text = lines.map((line) => `${line}\n`).join('')
      const ends = [...new Set(cuts.filter((cut) => cut < text.length))].sort((a, b) => a - b)
      const chunks = [0, ...ends].map((start, i) => text.slice(start, ends[i] ?? text.length))
      assert.deepEqual(split(...chunks), lines)
    }),
  )
})

test('what never ends is refused before it fills the memory', () => {
  const splitter = new LineSplitter()
  splitter.push(Buffer.from('fine\n'))
  const chunk = Buffer.alloc(32 * 1024 * 1024, 'x')
  const endless = () => {
    for (let i = 0; i < 10; i++) splitter.push(chunk)
  }
  assert.throws(endless, /line 2 is longer than/)
})
