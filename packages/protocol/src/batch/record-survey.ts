import { KafkaError } from '../errors.ts'

/** What a walk over the records of a batch has shown, beside that they are what the batch says. */
export interface RecordSurvey {
  /** Relative to the batch's base timestamp. */
  readonly leastTimestampDelta: number
  readonly mostTimestampDelta: number
  /** Some record has no key. */
  readonly keyless: boolean
}

/**
 * Walks over unpacked records, as every consumer will, and checks that there are `count` of them, one behind the other up
 * to the end, each as long as it says, and that their offsets run from 0 up. One that is not so would stop every consumer
 * that comes to it, or give it offsets that belong to other records.
 * Throws KafkaError INVALID_RECORD. All that is produced passes here: nothing is allocated for a record.
 */
export function surveyRecords(records: Uint8Array, count: number): RecordSurvey {
  const walk = new RecordWalk(records)
  let leastTimestampDelta = Infinity
  let mostTimestampDelta = -Infinity
  let keyless = false
  for (let index = 0; index < count; index++) {
    const length = walk.number()
    const end = walk.at + length
    if (!(end <= records.length)) throw invalid(`record ${index} ends behind the end of the batch`)
    walk.at++ // Its attributes, which nobody uses.
    const timestampDelta = walk.number()
    if (timestampDelta < leastTimestampDelta) leastTimestampDelta = timestampDelta
    if (timestampDelta > mostTimestampDelta) mostTimestampDelta = timestampDelta
    const offsetDelta = walk.number()
    if (offsetDelta !== index) throw invalid(`record ${index} has the offset ${offsetDelta} within its batch`)
    if (walk.sized() < 0) keyless = true
    walk.sized()
    const headers = walk.number()
    if (headers !== 0) skipHeaders(walk, headers)
    if (walk.at !== end) throw invalid(`record ${index} is not the ${length} bytes long that it claims`)
  }
  if (walk.at !== records.length)
    throw invalid(`${records.length - walk.at} bytes follow the ${count} records that the batch claims`)
  return { leastTimestampDelta, mostTimestampDelta, keyless }
}

/** A header takes two bytes at least, and beyond the end numbers are NaN: the count cannot make this long. */
function skipHeaders(walk: RecordWalk, count: number): void {
  if (!(count > 0)) throw invalid(`a record with ${count} headers`)
  for (let left = count; left > 0; left--) {
    if (!(walk.sized() >= 0)) throw invalid('a header without a key')
    walk.sized()
  }
}

class RecordWalk {
  at = 0
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** Zigzag, exact to 2^53; nearly all are of one byte. NaN where the bytes end, which no check lets pass. */
  number(): number {
    const byte = this.#bytes[this.at++]!
    return byte < 0x80 ? (byte >>> 1) ^ -(byte & 1) : this.#long(byte)
  }

  /** A length, and what is that long. Null is -1. */
  sized(): number {
    const length = this.number()
    if (length > 0) this.at += length
    return length
  }

  #long(first: number): number {
    let magnitude = (first & 0x7f) >>> 1
    for (let scale = 64; scale <= 2 ** 62; scale *= 128) {
      const byte = this.#bytes[this.at++]!
      magnitude += (byte & 0x7f) * scale
      if (byte < 0x80) return (first & 1) === 1 ? -magnitude - 1 : magnitude
    }
    return Number.NaN
  }
}

const invalid = (message: string) => new KafkaError('INVALID_RECORD', message)
