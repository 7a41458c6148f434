import { deepEqual, equal, notEqual, throws } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { metadataRequest } from '../messages/03-metadata.ts'
import { findCoordinatorResponse } from '../messages/10-find-coordinator.ts'
import { heartbeatRequest } from '../messages/12-heartbeat.ts'
import { decoder, encoder } from './compile.ts'
import { Reader } from './reader.ts'
import { varintBytes, varlongBytes, Writer } from './writer.ts'

test('pieces that were taken stay as they are while the writer goes on', () => {
  const writer = new Writer({ chunkBytes: 16 })
  const taken: Buffer[] = []
  for (let value = 0; value < 100; value++) {
    writer.int32(value)
    taken.push(writer.finish())
  }
  deepEqual(
    taken.map((piece) => piece.readInt32BE(0)),
    taken.map((_, at) => at),
  )
})

test('varints take the bytes that are foretold, and come back', () => {
  const writer = new Writer()
  const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
  fc.assert(
    fc.property(int32, fc.maxSafeInteger(), (varint, varlong) => {
      writer.varint(varint)
      equal(writer.bytes, varintBytes(varint))
      writer.varlong(varlong)
      equal(writer.bytes, varintBytes(varint) + varlongBytes(varlong))
      const reader = new Reader(writer.finish())
      equal(reader.varint(), varint)
      equal(reader.varlong(), varlong)
    }),
  )
})

test('an int64 is exact to 2^53 as a number and whole as a bigint, and the largest number is the largest int64', () => {
  const writer = new Writer()
  for (const value of [0, -1, 2 ** 31, -(2 ** 31) - 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]) {
    writer.int64(value)
    equal(new Reader(writer.finish()).int64(), value)
  }
  writer.int64(2 ** 63)
  equal(new Reader(writer.finish()).bigint64(), 2n ** 63n - 1n)
  writer.int64(-(2n ** 63n))
  equal(new Reader(writer.finish()).bigint64(), -(2n ** 63n))
})

test('a uuid must be 22 characters of base64url', () => {
  const writer = new Writer()
  for (const uuid of ['', 'AAAA', 'AAAAAAAAAAAAAAAAAAAAA!', '5f1c2f5e-0f4e-4ad5-a1a1-1b9f4f8f4f4f'])
    throws(() => writer.uuid(uuid), TypeError)
})

test('a value that a version has no field for is dropped, and what is left out gets its default', () => {
  const writer = new Writer()
  encoder(heartbeatRequest, 2)(writer, { groupId: 'g', groupInstanceId: 'static' })
  const decoded = decoder(heartbeatRequest, 2)(new Reader(writer.finish()))
  deepEqual(decoded, { groupId: 'g', generationId: 0, memberId: '', groupInstanceId: null })
})

test('null where a version has none is an error that names the field', () => {
  throws(() => encoder(metadataRequest, 0)(new Writer(), { topics: null }), /topics must not be null/)
  throws(() => encoder(findCoordinatorResponse, 0)(new Writer(), { host: null as never }), /host must not be null/)
})

test('a version that a message lacks has no codec, and one that it has is compiled once', () => {
  throws(() => encoder(heartbeatRequest, 5), /HeartbeatRequest has no version 5/)
  throws(() => decoder(heartbeatRequest, -1), RangeError)
  throws(() => decoder(heartbeatRequest, 1.5), RangeError)
  equal(encoder(heartbeatRequest, 4), encoder(heartbeatRequest, 4))
  notEqual(encoder(heartbeatRequest, 4), encoder(heartbeatRequest, 3))
})
