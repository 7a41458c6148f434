import {
  type Decoded,
  decoder,
  encoder,
  type GroupMetadataKey,
  type GroupMetadataValue,
  groupMetadataKey,
  groupMetadataValue,
  legacyOffsetCommitKey,
  type Message,
  type OffsetCommitKey,
  type OffsetCommitValue,
  offsetCommitKey,
  offsetCommitValue,
  type Partially,
  Reader,
  Writer,
} from '@ottla/protocol'
import type { CoordinatorRecord } from './coordinator-log.ts'

// Keys and values of `__consumer_offsets` begin with two bytes: in a key they name the type of the record,
// in a value the version of the message that follows.

export type GroupRecord =
  | { readonly type: 'offset'; readonly key: OffsetCommitKey; readonly value: OffsetCommitValue | null }
  | { readonly type: 'group'; readonly key: GroupMetadataKey; readonly value: GroupMetadataValue | null }

/** Kafka 4.3 writes the same versions: 1 is the only one with an expiry of its own. */
const offsetVersion = (value: { expireTimestamp?: number | undefined }) =>
  (value.expireTimestamp ?? -1) === -1 ? 4 : 1
const groupVersion = 3

export function offsetRecord(
  key: Partially<OffsetCommitKey>,
  value: Partially<OffsetCommitValue> | null,
): CoordinatorRecord {
  return {
    key: prefixed(offsetCommitKey.api!, offsetCommitKey, 0, key),
    value: value && prefixed(offsetVersion(value), offsetCommitValue, offsetVersion(value), value),
  }
}

export function groupRecord(groupId: string, value: Partially<GroupMetadataValue> | null): CoordinatorRecord {
  return {
    key: prefixed(groupMetadataKey.api!, groupMetadataKey, 0, { group: groupId }),
    value: value && prefixed(groupVersion, groupMetadataValue, groupVersion, value),
  }
}

/** Undefined: a record of another kind or a newer version, or damaged. Bytes of the result are views of the record. */
export function decodeGroupRecord(record: CoordinatorRecord): GroupRecord | undefined {
  try {
    const reader = new Reader(record.key)
    switch (reader.int16()) {
      case legacyOffsetCommitKey.api:
      case offsetCommitKey.api:
        return {
          type: 'offset',
          key: decoder(offsetCommitKey, 0)(reader),
          value: decodeValue(offsetCommitValue, record.value),
        }
      case groupMetadataKey.api:
        return {
          type: 'group',
          key: decoder(groupMetadataKey, 0)(reader),
          value: decodeValue(groupMetadataValue, record.value),
        }
      default:
        return undefined
    }
  } catch {
    return undefined
  }
}

function decodeValue<M extends Message<any>>(message: M, value: Uint8Array | null): Decoded<M> | null {
  if (value === null) return null
  const reader = new Reader(value)
  const version = reader.int16()
  const [oldest, newest] = message.versions
  if (version < oldest || version > newest) throw reader.malformed(`${message.name} of version ${version}`)
  return decoder(message, version)(reader)
}

function prefixed<M extends Message<any>>(
  prefix: number,
  message: M,
  version: number,
  value: Partially<Decoded<M>>,
): Buffer {
  const writer = new Writer({ chunkBytes: 256 })
  writer.int16(prefix)
  encoder(message, version)(writer, value)
  return writer.finish()
}
