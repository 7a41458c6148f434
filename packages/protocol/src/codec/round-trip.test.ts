import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { messageOf } from '../testing/arbitrary.ts'
import { exact } from '../testing/kafka-json.ts'
import { messages } from '../testing/spec.ts'
import { decoder, encoder } from './compile.ts'
import { ExactReader } from './reader.ts'
import { Writer } from './writer.ts'

test('any value of any message comes back from its bytes', () => {
  const writer = new Writer({ chunkBytes: 64 })
  for (const message of messages.values()) {
    for (let version = message.versions[0]; version <= message.versions[1]; version++) {
      const property = fc.property(messageOf(message, version), (value) => {
        encoder(message, version)(writer, value)
        const reader = new ExactReader(writer.finish())
        deepEqual(exact(message, decoder(message, version)(reader)), value)
        equal(reader.remaining, 0)
      })
      fc.assert(property, { numRuns: 4 })
    }
  }
})

test('pieces hold the same bytes as one buffer does, whatever is shared', () => {
  const writer = new Writer({ chunkBytes: 32, sharedBytes: 10 })
  const copying = new Writer({ sharedBytes: Infinity })
  for (const message of messages.values()) {
    const version = message.versions[1]
    const property = fc.property(messageOf(message, version), (value) => {
      encoder(message, version)(writer, value)
      encoder(message, version)(copying, value)
      equal(writer.bytes, copying.bytes)
      deepEqual(Buffer.concat(writer.parts()), copying.finish())
    })
    fc.assert(property, { numRuns: 4 })
  }
})
