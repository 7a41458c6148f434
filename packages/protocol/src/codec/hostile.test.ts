import { equal, ok, throws } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fetchRequest } from '../messages/01-fetch.ts'
import { metadataRequest } from '../messages/03-metadata.ts'
import { createTopicsRequest } from '../messages/19-create-topics.ts'
import { messages, noSpec, specLines } from '../testing/spec.ts'
import { decoder, encoder } from './compile.ts'
import { MalformedError } from './malformed.ts'
import { Reader } from './reader.ts'
import { Writer } from './writer.ts'

const cases = noSpec === false ? specLines('golden-messages.jsonl') : []

/** Bytes put over those of a message, or a new end for it. */
const mutation = fc.oneof(
  fc.record({ at: fc.nat(), bytes: fc.uint8Array({ minLength: 1, maxLength: 6 }) }),
  fc.record({ at: fc.nat(), bytes: fc.constantFrom([0xff, 0xff, 0xff, 0xff], [0x7f, 0xff, 0xff, 0xff], [0xff, 0x7f]) }),
  fc.record({ cutAt: fc.nat() }),
)

test("a damaged message of Kafka's decodes, or is malformed, and nothing else", { skip: noSpec }, () => {
  const property = fc.property(
    fc.nat(cases.length - 1),
    fc.array(mutation, { minLength: 1, maxLength: 4 }),
    (at, list) => {
      const { message: name, version, hex } = cases[at]
      decodesOrIsMalformed(name, version, mutate(Buffer.from(hex, 'hex'), list))
    },
  )
  fc.assert(property, { numRuns: 8000 })
})

test('random bytes decode as some message, or are malformed, and nothing else', () => {
  const names = [...messages.keys()]
  const property = fc.property(
    fc.constantFrom(...names),
    fc.nat(20),
    fc.uint8Array({ maxLength: 60 }),
    (name, v, bytes) => {
      const [min, max] = messages.get(name)!.versions
      decodesOrIsMalformed(name, min + (v % (max - min + 1)), Buffer.from(bytes))
    },
  )
  fc.assert(property, { numRuns: 8000 })
})

test('every cut of every message is malformed', { skip: noSpec }, () => {
  for (const { message: name, version, hex } of cases.filter((_, at) => at % 7 === 0)) {
    const bytes = Buffer.from(hex, 'hex')
    const decode = decoder(messages.get(name)!, version)
    for (let end = 0; end < bytes.length; end++)
      throws(() => decode(new Reader(bytes.subarray(0, end))), MalformedError, `${name} v${version} cut at ${end}`)
  }
})

test('what follows a message is left alone, as Kafka does', () => {
  const reader = new Reader(Buffer.concat([encoded(metadataRequest, 9, { topics: null }), Buffer.from([1, 2, 3])]))
  equal(decoder(metadataRequest, 9)(reader).topics, null)
  equal(reader.remaining, 3)
})

test('a count larger than the bytes that are left is refused before anything is read', () => {
  throws(
    () => decoder(metadataRequest, 1)(new Reader(Buffer.from('7fffffff00', 'hex'))),
    /items where 1 bytes are left/,
  )
  // 3 topics of at least 22 bytes do not fit into 20, though 3 empty items would.
  const tooFew = Buffer.concat([Buffer.from('00000003', 'hex'), Buffer.alloc(20)])
  throws(() => decoder(createTopicsRequest, 2)(new Reader(tooFew)), /3 items where 20 bytes are left/)
})

test('a frame of nothing but items is refused at the limit of its reader', () => {
  const topics = Array.from({ length: 100 }, (_, at) => ({ name: String(at) }))
  const bytes = encoded(metadataRequest, 9, { topics })
  equal(decoder(metadataRequest, 9)(new Reader(bytes, 100)).topics!.length, 100)
  throws(() => decoder(metadataRequest, 9)(new Reader(bytes, 99)), /more array items than the limit/)
})

test('an endless varint is malformed', () => {
  throws(() => new Reader(Buffer.alloc(20, 0xff)).uvarint(), MalformedError)
  throws(() => new Reader(Buffer.alloc(20, 0xff)).varlong(), MalformedError)
})

test('unknown tagged fields are passed over, wherever they stand', () => {
  // The message ends with its tagged fields: one of them, tag 0, of 2 bytes.
  const bytes = encoded(fetchRequest, 12, { clusterId: 'c' })
  equal(bytes.subarray(-5).toString('hex'), '0100020263')
  const [before, after] = ['ffffffff0f00', '630411223344'] // Tag 2^32 - 1 of no bytes, tag 99 of 4 bytes.
  const reader = new Reader(Buffer.concat([bytes.subarray(0, -5), Buffer.from(`03${before}00020263${after}`, 'hex')]))
  equal(decoder(fetchRequest, 12)(reader).clusterId, 'c')
  equal(reader.remaining, 0)
})

test('a tagged field that is not as long as it says is malformed, so that no byte is read twice', () => {
  const bytes = encoded(fetchRequest, 12, { clusterId: 'cluster' })
  const sizeAt = bytes.length - 9
  equal(bytes[sizeAt], 8)
  for (const size of [0, 7, 9]) {
    bytes[sizeAt] = size
    throws(() => decoder(fetchRequest, 12)(new Reader(bytes)), MalformedError)
  }
})

test('null where the field has none is malformed', () => {
  throws(() => decoder(metadataRequest, 0)(new Reader(Buffer.from('ffffffff', 'hex'))), MalformedError)
  throws(() => decoder(metadataRequest, 1)(new Reader(Buffer.from('00000001ffff', 'hex'))), MalformedError)
})

function decodesOrIsMalformed(name: string, version: number, bytes: Buffer): void {
  try {
    decoder(messages.get(name)!, version)(new Reader(bytes))
  } catch (error) {
    ok(error instanceof MalformedError, `${name} v${version} ${bytes.toString('hex')}: ${error}`)
  }
}

type Mutation = { at: number; bytes: Uint8Array | readonly number[] } | { cutAt: number }

function mutate(bytes: Buffer, mutations: readonly Mutation[]): Buffer {
  let result = bytes
  for (const each of mutations) {
    if (result.length === 0) return result
    if ('cutAt' in each) result = result.subarray(0, each.cutAt % result.length)
    else Buffer.from(each.bytes).copy(result, each.at % result.length)
  }
  return result
}

function encoded(message: any, version: number, value: object): Buffer {
  const writer = new Writer()
  encoder(message, version)(writer, value)
  return writer.finish()
}
