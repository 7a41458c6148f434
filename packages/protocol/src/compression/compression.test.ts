import { deepEqual, equal, ok, throws } from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import fc from 'fast-check'
import { compressSync } from 'snappy'
import { batchHeaderBytes, compressionTypes } from '../batch/layout.ts'
import { KafkaError } from '../errors.ts'
import { noSpec, specJson } from '../testing/spec.ts'
import type { Compression } from './codec.ts'
import { compression, guarded, loadedCompression } from './compression.ts'
import { loadLz4 } from './lz4.ts'
import { loadSnappy } from './snappy.ts'
import { wasmZstd } from './zstd.ts'

// Each test of the codecs runs with what is prebuilt for this platform, and without.
const absent = () => Promise.reject(new Error('not here'))
const portableSnappy = guarded(await loadSnappy(absent))
const portableLz4 = guarded(await loadLz4(absent))
const portable = [portableSnappy, portableLz4, guarded(await wasmZstd())]
const codecs: Compression[] = [...(await Promise.all(compressionTypes.map(compression))), ...portable]
const packing = codecs.filter(({ type }) => type !== 'none')
const sample = Buffer.from(Array.from({ length: 3000 }, (_, at) => `{"flight":${at},"from":"SEA"}`).join('\n'))
const words = Buffer.from(Array.from(randomBytes(100_000), (byte) => `word-${byte % 37} `).join(''))

const inputs = [
  Buffer.alloc(0),
  Buffer.from('a'),
  sample,
  Buffer.alloc(5_000_000, 'kafka'),
  randomBytes(300_000),
  Buffer.concat([randomBytes(70_000), Buffer.alloc(70_000), sample]),
]

/** Random bytes, repetitions near and far, and runs, in pieces of any length. */
const piece = fc.oneof(
  fc.uint8Array({ maxLength: 80 }),
  fc
    .tuple(fc.uint8Array({ minLength: 1, maxLength: 12 }), fc.nat(3000))
    .map(([bytes, times]) => Buffer.concat(Array.from({ length: times % 200 }, () => bytes))),
  fc.nat(70_000).map((bytes) => Buffer.alloc(bytes, 'run')),
  fc.nat(40_000).map((bytes) => words.subarray(0, bytes)),
)
const contents = fc.array(piece, { maxLength: 12 }).map((pieces) => Buffer.concat(pieces))

for (const codec of codecs) {
  test(`what ${nameOf(codec)} packs it unpacks, at the limit and not beyond it`, () => {
    for (const input of inputs) {
      const packed = codec.compress(input)
      ok(codec.decompress(packed, input.length).equals(input))
      if (input.length > 0) throws(() => codec.decompress(packed, input.length - 1), isInvalidRecord)
    }
  })
}

for (const codec of packing) {
  test(`a small bomb packed with ${nameOf(codec)} is refused without unpacking it`, () => {
    const bomb = codec.compress(Buffer.alloc(30_000_000))
    throws(() => codec.decompress(bomb, 1_000_000), isInvalidRecord)
  })

  test(`damaged ${nameOf(codec)} data unpacks within the limit, or is an invalid record, and nothing else`, () => {
    const packed = [codec.compress(sample), codec.compress(randomBytes(500)), codec.compress(Buffer.alloc(10_000))]
    const damage = fc.record({ at: fc.nat(), bytes: fc.uint8Array({ minLength: 1, maxLength: 5 }), end: fc.nat() })
    const property = fc.property(fc.nat(packed.length - 1), damage, fc.boolean(), (which, { at, bytes, end }, cut) => {
      const copy = Buffer.from(packed[which]!)
      copy.set(bytes.subarray(0, copy.length), at % Math.max(1, copy.length - bytes.length))
      unpacksOrIsInvalid(codec, cut ? copy.subarray(0, end % copy.length) : copy)
    })
    fc.assert(property, { numRuns: 1000 })
  })

  test(`random bytes are no ${nameOf(codec)} data`, () => {
    const property = fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => unpacksOrIsInvalid(codec, bytes))
    fc.assert(property, { numRuns: 500 })
  })
}

test('a snappy block without the frame of Java is read too', () => {
  for (const codec of codecs.filter(({ type }) => type === 'snappy'))
    ok(codec.decompress(compressSync(sample), sample.length).equals(sample))
})

test('several gzip members and zstd frames one after another are one content', () => {
  for (const codec of packing.filter(({ type }) => type === 'gzip' || type === 'zstd')) {
    const twice = Buffer.concat([codec.compress(sample), codec.compress(sample)])
    ok(codec.decompress(twice, 2 * sample.length).equals(Buffer.concat([sample, sample])))
  }
})

test('a higher level packs tighter where a codec has levels', () => {
  for (const codec of packing.filter(({ type }) => type === 'gzip' || type === 'zstd')) {
    const [loose, tight] = [codec.compress(words, 1), codec.compress(words, 9)]
    ok(tight.length < loose.length, `${codec.type}: ${tight.length} and ${loose.length} bytes`)
  }
})

for (const other of portable) {
  test(`prebuilt and portable ${other.type} read what the other wrote`, async () => {
    const one = await compression(other.type)
    const property = fc.property(contents, (content) => {
      deepEqual(one.decompress(other.compress(content), content.length), content)
      deepEqual(other.decompress(one.compress(content), content.length), content)
    })
    fc.assert(property, { numRuns: 300 })
    for (const input of inputs) {
      ok(one.decompress(other.compress(input), input.length).equals(input))
      ok(other.decompress(one.compress(input), input.length).equals(input))
    }
  })
}

test("portable codecs unpack Kafka's own batches as prebuilt ones do", { skip: noSpec }, async () => {
  for (const codec of [portableSnappy, portableLz4]) {
    const ofCodec = specJson('record-batches.json').filter((each: any) => each.compression === codec.type)
    ok(ofCodec.length >= 10)
    for (const { hex } of ofCodec) {
      const records = Buffer.from(hex, 'hex').subarray(batchHeaderBytes)
      deepEqual(codec.decompress(records, 1e6), (await compression(codec.type)).decompress(records, 1e6))
    }
  }
})

test('what packs well, portable codecs pack well', async () => {
  for (const codec of [portableSnappy, portableLz4]) {
    const [ours, theirs] = [codec.compress(sample).length, (await compression(codec.type)).compress(sample).length]
    ok(ours < 1.1 * theirs, `${codec.type}: ${ours} bytes, prebuilt ${theirs}`)
  }
})

test('bytes that kept other libraries busy for ever are invalid at once', () => {
  throws(() => portableSnappy.decompress(Buffer.from('0afcfaffffff010000000000', 'hex'), 1000), isInvalidRecord)
  const claims2GB = Buffer.from('04224d184070df00000080', 'hex')
  throws(() => portableLz4.decompress(claims2GB, 1000), isInvalidRecord)
})

test('a codec is there at once after it was loaded', async () => {
  equal(loadedCompression('lz4'), await compression('lz4'))
})

function nameOf(codec: Compression): string {
  return portable.includes(codec) ? `portable ${codec.type}` : codec.type
}

function unpacksOrIsInvalid(codec: Compression, bytes: Uint8Array): void {
  try {
    ok(codec.decompress(bytes, 1_000_000).length <= 1_000_000)
  } catch (error) {
    ok(isInvalidRecord(error), String(error))
  }
}

function isInvalidRecord(error: unknown): boolean {
  return error instanceof KafkaError && error.name === 'INVALID_RECORD'
}

test('a client and a broker in one process, each with this code, do not take the library from each other', async () => {
  const goesRound = (codec: Compression) => ok(codec.decompress(codec.compress(sample), sample.length).equals(sample))
  const one = await wasmZstd()
  goesRound(one)
  const copy = './zstd.ts?copy'
  const other = await ((await import(copy)) as { wasmZstd: typeof wasmZstd }).wasmZstd()
  goesRound(other)
  // A second `init` of the library seems to be done at once, and takes effect some turns of the event loop later.
  await setTimeout(300)
  for (const codec of [one, other, one]) goesRound(codec)
})
