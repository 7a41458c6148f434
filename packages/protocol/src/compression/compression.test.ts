import { deepEqual, equal, ok, throws } from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { compressSync } from 'snappy'
import { compressionTypes } from '../batch/layout.ts'
import { KafkaError } from '../errors.ts'
import type { Compression } from './codec.ts'
import { compression, guarded, loadedCompression } from './compression.ts'
import { loadZstd, wasmZstd } from './zstd.ts'

const codecs: Compression[] = [...(await Promise.all(compressionTypes.map(compression))), guarded(await wasmZstd())]
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

for (const codec of codecs) {
  test(`what ${codec.type} packs it unpacks, at the limit and not beyond it`, () => {
    for (const input of inputs) {
      const packed = codec.compress(input)
      ok(codec.decompress(packed, input.length).equals(input))
      if (input.length > 0) throws(() => codec.decompress(packed, input.length - 1), isInvalidRecord)
    }
  })
}

for (const codec of packing) {
  test(`a small bomb packed with ${codec.type} is refused without unpacking it`, () => {
    const bomb = codec.compress(Buffer.alloc(30_000_000))
    throws(() => codec.decompress(bomb, 1_000_000), isInvalidRecord)
  })

  test(`damaged ${codec.type} data unpacks within the limit, or is an invalid record, and nothing else`, () => {
    const packed = [codec.compress(sample), codec.compress(randomBytes(500)), codec.compress(Buffer.alloc(10_000))]
    const damage = fc.record({ at: fc.nat(), bytes: fc.uint8Array({ minLength: 1, maxLength: 5 }), end: fc.nat() })
    const property = fc.property(fc.nat(packed.length - 1), damage, fc.boolean(), (which, { at, bytes, end }, cut) => {
      const copy = Buffer.from(packed[which]!)
      copy.set(bytes.subarray(0, copy.length), at % Math.max(1, copy.length - bytes.length))
      unpacksOrIsInvalid(codec, cut ? copy.subarray(0, end % copy.length) : copy)
    })
    fc.assert(property, { numRuns: 1000 })
  })

  test(`random bytes are no ${codec.type} data`, () => {
    const property = fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => unpacksOrIsInvalid(codec, bytes))
    fc.assert(property, { numRuns: 500 })
  })
}

test('a snappy block without the frame of Java is read too', async () => {
  ok((await compression('snappy')).decompress(compressSync(sample), sample.length).equals(sample))
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

test('both zstd implementations read what the other wrote', async () => {
  const [one, other] = [await loadZstd(), guarded(await wasmZstd())]
  deepEqual(one.decompress(other.compress(sample), sample.length), sample)
  deepEqual(other.decompress(one.compress(sample), sample.length), sample)
})

test('a codec is there at once after it was loaded', async () => {
  equal(loadedCompression('lz4'), await compression('lz4'))
})

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
