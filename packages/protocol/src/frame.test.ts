import { deepEqual, equal, throws } from 'node:assert/strict'
import { test } from 'node:test'
import { decoder } from './codec/compile.ts'
import { MalformedError } from './codec/malformed.ts'
import { Reader } from './codec/reader.ts'
import { Writer } from './codec/writer.ts'
import { apiOf, readRequestHeader, readResponseHeader, requestFrame, responseFrame } from './frame.ts'
import { fetchResponse } from './messages/01-fetch.ts'
import { metadataRequest, metadataResponse } from './messages/03-metadata.ts'
import { apiVersionsRequest, apiVersionsResponse } from './messages/18-api-versions.ts'

const bodyOf = (parts: Buffer[]): Reader => {
  const frame = Buffer.concat(parts)
  equal(frame.readInt32BE(0), frame.length - 4)
  return new Reader(frame.subarray(4))
}

test('a request is read back by its header, in both forms of header', () => {
  for (const version of [8, 9]) {
    const body = { topics: [{ name: 'orders' }] }
    const frame = requestFrame(new Writer(), {
      request: metadataRequest,
      version,
      correlationId: 7,
      clientId: 'ü',
      body,
    })
    const reader = bodyOf(frame)
    const header = readRequestHeader(reader)
    deepEqual(header, { requestApiKey: 3, requestApiVersion: version, correlationId: 7, clientId: 'ü' })
    equal(decoder(metadataRequest, version)(reader).topics![0]!.name, 'orders')
    equal(reader.remaining, 0)
  }
})

test('a response has the header of its version', () => {
  for (const [version, bytes] of [
    [8, 4],
    [9, 5],
  ] as const) {
    const frame = responseFrame(new Writer(), { response: metadataResponse, version, correlationId: 7, body: {} })
    const reader = bodyOf(frame)
    equal(readResponseHeader(reader, metadataResponse, version).correlationId, 7)
    equal(reader.pos, bytes)
  }
})

test('the response of ApiVersions has the oldest header at all versions, for clients do not know the broker yet', () => {
  for (let version = 0; version <= 4; version++) {
    const body = { apiKeys: [{ apiKey: 18, maxVersion: 4 }] }
    const reader = bodyOf(
      responseFrame(new Writer(), { response: apiVersionsResponse, version, correlationId: 9, body }),
    )
    equal(readResponseHeader(reader, apiVersionsResponse, version).correlationId, 9)
    equal(reader.pos, 4)
    equal(decoder(apiVersionsResponse, version)(reader).apiKeys.length, 1)
  }
})

test('the header of an unknown API and of an unknown version can be read, to answer or to refuse', () => {
  const unknown = new Reader(Buffer.from('03e7000000000005ffff', 'hex'))
  deepEqual(readRequestHeader(unknown), { requestApiKey: 999, requestApiVersion: 0, correlationId: 5, clientId: null })
  equal(apiOf(999), undefined)
  const tooNew = Buffer.from('0012006300000005000161000a', 'hex')
  deepEqual(readRequestHeader(new Reader(tooNew)).requestApiVersion, 99)
  equal(apiOf(apiVersionsRequest.api!)!.name, 'ApiVersions')
  throws(() => readRequestHeader(new Reader(Buffer.from('0012', 'hex'))), MalformedError)
})

test('large records are parts of the response by reference, small ones are copied', () => {
  const writer = new Writer()
  const [large, larger, small] = [Buffer.alloc(2000, 1), Buffer.alloc(4000, 2), Buffer.alloc(10, 3)]
  const partitions = [{ records: [large, larger] }, { partitionIndex: 1, records: small }]
  const body = { responses: [{ topic: 't', partitions }] }
  const parts = responseFrame(writer, { response: fetchResponse, version: 12, correlationId: 1, body })
  equal(parts.length, 4)
  equal(parts[1], large)
  equal(parts[2], larger)
  const reader = bodyOf(parts)
  readResponseHeader(reader, fetchResponse, 12)
  const [first, second] = decoder(fetchResponse, 12)(reader).responses[0]!.partitions
  deepEqual(first!.records, Buffer.concat([large, larger]))
  deepEqual(second!.records, small)
  equal(writer.bytes, 0)
})

test('what cannot be encoded leaves nothing behind', () => {
  const writer = new Writer()
  const frame = (clusterId: string) =>
    responseFrame(writer, { response: metadataResponse, version: 9, correlationId: 1, body: { clusterId } })
  throws(() => frame('x'.repeat(40_000)), RangeError)
  equal(writer.bytes, 0)
  bodyOf(frame('fine'))
})
